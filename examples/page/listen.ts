/**
 * What people do with the page, and what it leads to.
 */

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Point } from "@simsc/core";
import { decodeImage, type PixelSize, type RgbImage } from "@simsc/core/data";
import type { LocalizerName, Reading } from "@simsc/core/runs";
import { advised, parseBeta } from "./fields.ts";
import { arrowStep, inside, toPicture } from "./geometry.ts";
import type { Heat } from "./heat.ts";
import {
  addPoint,
  movePoint,
  NO_POINTS,
  type Points,
  removePoint,
  selectPoint,
} from "./points.ts";
import {
  element,
  focusPoint,
  pointOf,
  showProblem,
  type Side,
} from "./view.ts";

/** What the page does. */
export interface Actions {
  /** The points as they are now. */
  readonly points: () => Points;
  /** Makes them others. */
  readonly change: (points: Points) => void;
  /** Size of a picture that is shown. */
  readonly sizeOf: (side: Side) => PixelSize | undefined;
  /** Shows another picture. */
  readonly setPicture: (
    side: Side,
    shown: { readonly image: RgbImage; readonly name: string },
  ) => void;
  /** Shows two that the library draws. */
  readonly draw: () => Promise<void>;
  /** Whether the model has a temperature of its own. */
  readonly hasBeta: boolean;
  /** Reads matches in another way. */
  readonly read: (
    chosen: Partial<Pick<Reading, "betaEval" | "localizer">>,
  ) => void;
  /** Shows another heat. */
  readonly show: (heat: Heat) => void;
}

/** Starts to listen. */
export function listen(actions: Actions): void {
  listenToPointer(actions);
  listenToKeys(actions);
  listenToFields(actions);
  listenToFiles(actions);
}

function listenToPointer({ points, change, sizeOf }: Actions): void {
  const stage = element("source-stage");
  let dragged: { readonly id: number; readonly isNew: boolean } | undefined;
  const placeOf = (event: PointerEvent): Point | undefined => {
    const size = sizeOf("source");
    const box = element("source-picture").getBoundingClientRect();
    return size && toPicture([event.clientX, event.clientY], box, size);
  };
  stage.addEventListener("pointerdown", (event) => {
    const at = placeOf(event);
    if (event.button !== 0 || !at || dragged) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    const known = pointOf(event);
    if (known === undefined) {
      dragged = { id: points().next, isNew: true };
      change(addPoint(points(), at));
    } else {
      dragged = { id: known, isNew: false };
      change(selectPoint(points(), known));
    }
    focusPoint(dragged.id);
  });
  stage.addEventListener("pointermove", (event) => {
    const at = placeOf(event);
    if (dragged && at) change(movePoint(points(), dragged.id, at));
  });
  stage.addEventListener("pointerup", () => dragged = undefined);
  stage.addEventListener("pointercancel", () => {
    // The finger that touched down scrolls the page.
    if (dragged?.isNew) change(removePoint(points(), dragged.id));
    dragged = undefined;
  });
}

function listenToKeys({ points, change, sizeOf }: Actions): void {
  element("source-pins").addEventListener("keydown", (event) => {
    const id = pointOf(event);
    const size = sizeOf("source");
    const at = points().marked.find((each) => each.id === id)?.at;
    if (id === undefined || !size || !at) return;
    const step = arrowStep(event.key, { isFar: event.shiftKey, size });
    if (step) {
      event.preventDefault();
      const to = inside([at[0] + step[0], at[1] + step[1]], size);
      change(movePoint(points(), id, to));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      change(removePoint(points(), id));
      focusPoint(points().selected);
    }
  });
  element("source-pins").addEventListener("focusin", (event) => {
    const id = pointOf(event);
    if (id !== undefined) change(selectPoint(points(), id));
  });
}

function listenToFields(
  { points, change, sizeOf, draw, hasBeta, read, show }: Actions,
): void {
  element("controls").addEventListener("submit", (e) => e.preventDefault());
  const beta = element<HTMLInputElement>("beta");
  beta.addEventListener("change", () => {
    const parsed = parseBeta(beta.value, { hasBeta });
    const problem = "problem" in parsed ? parsed.problem : "";
    showProblem(problem);
    beta.setAttribute("aria-invalid", String(problem !== ""));
    if ("beta" in parsed) read({ betaEval: parsed.beta });
  });
  const localizer = element<HTMLSelectElement>("localizer");
  localizer.addEventListener(
    "change",
    () => read({ localizer: localizer.value as LocalizerName }),
  );
  const heat = element<HTMLSelectElement>("heat");
  heat.addEventListener("change", () => show(heat.value as Heat));
  element("add").addEventListener("click", () => {
    const size = sizeOf("source");
    if (!size) return;
    const { next } = points();
    change(addPoint(points(), [size.width / 2 - 0.5, size.height / 2 - 0.5]));
    focusPoint(next);
  });
  element("clear").addEventListener("click", () => change(NO_POINTS));
  element("draw").addEventListener("click", () => void draw());
  element("rows").addEventListener("click", (event) => {
    const id = pointOf(event);
    const act = (event.target as HTMLElement).dataset["act"];
    if (id === undefined) return;
    if (act === "remove") {
      change(removePoint(points(), id));
      focusPoint(points().selected);
    } else change(selectPoint(points(), id));
  });
}

function listenToFiles({ setPicture }: Actions): void {
  let latest: Side = "source";
  const open = async (side: Side, file: File | undefined): Promise<void> => {
    if (!file) return;
    latest = side;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const decoded = await decodeImage(bytes, file.name)();
    if (decoded._tag === "Left") showProblem(advised(decoded.left.message));
    else setPicture(side, { image: decoded.right, name: file.name });
  };
  for (const side of ["source", "target"] as const) {
    const input = element<HTMLInputElement>(`${side}-file`);
    input.addEventListener("change", () => {
      void open(side, input.files?.[0]);
      // The same file may be chosen again.
      input.value = "";
    });
    const pane = element(side);
    pane.addEventListener("pointerenter", () => latest = side);
    pane.addEventListener("focusin", () => latest = side);
    const dropping = (isOver: boolean) => (event: DragEvent) => {
      event.preventDefault();
      pane.classList.toggle("dropping", isOver);
    };
    pane.addEventListener("dragover", dropping(true));
    pane.addEventListener("dragleave", dropping(false));
    pane.addEventListener("drop", (event) => {
      dropping(false)(event);
      void open(side, event.dataTransfer?.files[0]);
    });
  }
  // Beside a pane, a browser would leave the page for the picture.
  for (const kind of ["dragover", "drop"] as const) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (file) event.preventDefault();
    void open(latest, file);
  });
}
