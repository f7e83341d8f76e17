/**
 * The document's edge: everything that touches elements, and nothing else.
 */

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { PixelSize, RgbImage } from "@simsc/core/data";
import { resizeBilinear } from "@simsc/core/data";
import type { ScoreMap } from "@simsc/core/runs";
import type { Point } from "@simsc/core";
import { pointText } from "./fields.ts";
import { inside, shownSize, toPercent } from "./geometry.ts";
import { type Heat, heatOf, heatPixels } from "./heat.ts";
import { colorOf, isBehind, type Marked, type Points } from "./points.ts";

/** One of the two pictures. */
export type Side = "source" | "target";

/** Longest side of a canvas; larger pictures are shown smaller. */
const MOST_SHOWN = 1600;

/** An element that the shell has. */
export function element<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

/** Writes into an element. */
export function write(id: string, text: string): void {
  const node = element(id);
  if (node.textContent !== text) node.textContent = text;
}

/** Shows a problem, or that there is none. */
export function showProblem(text: string): void {
  write("problem", text);
  element("problem").hidden = text === "";
}

/** Shows a picture; `name` is what it is called. */
export function showPicture(side: Side, image: RgbImage, name: string): void {
  const shown = resizeBilinear(image, shownSize(image, MOST_SHOWN));
  const { width, height, data } = shown;
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0, o = 0; i < data.length; i += 3, o += 4) {
    rgba[o] = data[i] as number;
    rgba[o + 1] = data[i + 1] as number;
    rgba[o + 2] = data[i + 2] as number;
  }
  const canvas = element<HTMLCanvasElement>(`${side}-picture`);
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(
    new ImageData(rgba, width, height),
    0,
    0,
  );
  const which = side === "source" ? "Left" : "Right";
  canvas.setAttribute("aria-label", `${which} picture: ${name}`);
  write(`${side}-name`, `${name}, ${image.width} × ${image.height}.`);
}

/** Lays scores over the right picture, or takes them away. */
export function showHeat(
  shown: { readonly map: ScoreMap; readonly beta: number } | undefined,
  { heat, size }: { readonly heat: Heat; readonly size: PixelSize },
): void {
  const canvas = element<HTMLCanvasElement>("target-heat");
  canvas.hidden = shown === undefined || heat === "off";
  if (shown === undefined || heat === "off") return;
  const { scores, grid: [h, w], area: [left, top, right, bottom] } = shown.map;
  const pixels = heatPixels(heatOf(scores, { heat, beta: shown.beta }));
  canvas.width = w;
  canvas.height = h;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, w, h), 0, 0);
  const [x, y] = toPercent([left, top], size);
  canvas.style.left = `${x}%`;
  canvas.style.top = `${y}%`;
  canvas.style.width = `${100 * (right - left) / size.width}%`;
  canvas.style.height = `${100 * (bottom - top) / size.height}%`;
}

/** Shows every point on the left and its match on the right, and as a table. */
export function showPoints(
  points: Points,
  sizes: Readonly<Partial<Record<Side, PixelSize>>>,
): void {
  const { selected } = points;
  const styled = (node: HTMLElement, id: number): void => {
    const [fill, ink] = colorOf(id);
    node.style.setProperty("--fill", fill);
    node.style.setProperty("--on", ink);
    node.classList.toggle("chosen", id === selected);
  };
  const { source, target } = sizes;
  const marked = source === undefined ? [] : points.marked;
  reconcile(element("source-pins"), marked, {
    create: ({ id }) => pin("button", id),
    update: (node, { id, at }) => {
      styled(node, id);
      place(node, at, source as PixelSize);
      node.setAttribute(
        "aria-label",
        `Point ${id} at ${
          pointText(at)
        }: arrow keys move it, Delete removes it`,
      );
    },
  });
  const matched = target === undefined
    ? []
    : marked.filter(({ found }) => found !== undefined);
  reconcile(element("target-pins"), matched, {
    create: ({ id }) => pin("span", id),
    update: (node, each) => {
      styled(node, each.id);
      node.classList.toggle("old", isBehind(each));
      const match = each.found?.match as Point;
      place(node, match, target as PixelSize);
    },
  });
  reconcile(element("rows"), marked, {
    create: ({ id }) => row(id),
    update: (node, each) => {
      const { id, at, found } = each;
      styled(node, id);
      const [swatch, left, right, similarity, confidence] = [...node.children];
      swatch?.querySelector("button")
        ?.setAttribute("aria-pressed", String(id === selected));
      for (
        const [cell, text] of [
          [left, pointText(at)],
          [right, found ? pointText(found.match) : "…"],
          [similarity, found ? found.similarity.toFixed(3) : ""],
          [confidence, found ? found.confidence.toFixed(3) : ""],
        ] as const
      ) {
        if (cell && cell.textContent !== text) cell.textContent = text;
      }
    },
  });
}

/** The pin or row an event came from. */
export function pointOf(event: Event): number | undefined {
  const from = event.target instanceof Element
    ? event.target.closest<HTMLElement>("[data-point]")
    : null;
  return from === null ? undefined : Number(from.dataset["point"]);
}

/** Gives the keyboard to a point on the left. */
export function focusPoint(id: number | undefined): void {
  const pins = element("source-pins");
  const node = pins.querySelector<HTMLElement>(`[data-point="${id}"]`);
  (node ?? element("add")).focus();
}

/** Adds, updates and removes children, which keep the keyboard's focus. */
function reconcile(
  parent: HTMLElement,
  marked: readonly Marked[],
  { create, update }: {
    readonly create: (marked: Marked) => HTMLElement;
    readonly update: (node: HTMLElement, marked: Marked) => void;
  },
): void {
  const ids = new Set(marked.map(({ id }) => String(id)));
  const before = new Map<string, HTMLElement>();
  for (const node of [...parent.children] as HTMLElement[]) {
    const id = node.dataset["point"] ?? "";
    if (ids.has(id)) before.set(id, node);
    else node.remove();
  }
  for (const each of marked) {
    const node = before.get(String(each.id)) ?? create(each);
    node.dataset["point"] = String(each.id);
    if (node.parentNode !== parent) parent.append(node);
    update(node, each);
  }
}

function pin(kind: "button" | "span", id: number): HTMLElement {
  const node = document.createElement(kind);
  node.className = "pin";
  if (node instanceof HTMLButtonElement) node.type = "button";
  else node.setAttribute("aria-hidden", "true");
  const label = document.createElement("b");
  label.textContent = String(id);
  node.append(label);
  return node;
}

function row(id: number): HTMLElement {
  const node = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  const swatch = document.createElement("button");
  swatch.type = "button";
  swatch.className = "swatch";
  swatch.dataset["act"] = "select";
  swatch.textContent = String(id);
  swatch.title = `Show the heat of point ${id}`;
  head.append(swatch);
  const cells = Array.from({ length: 4 }, () => {
    const cell = document.createElement("td");
    cell.className = "number";
    return cell;
  });
  const last = document.createElement("td");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.dataset["act"] = "remove";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `Remove point ${id}`);
  last.append(remove);
  node.append(head, ...cells, last);
  return node;
}

function place(node: HTMLElement, at: Point, size: PixelSize): void {
  // As exact as it is, for whoever reads it off the page.
  [node.dataset["x"], node.dataset["y"]] = at.map(String);
  const [x, y] = toPercent(inside(at, size), size);
  node.style.left = `${x}%`;
  node.style.top = `${y}%`;
  // Numbers stay inside the picture.
  node.classList.toggle("flip", x > 88);
  node.classList.toggle("high", y < 6);
}
