import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid, tube } from "../_part.ts";
import {
  add,
  blob,
  circle,
  curve,
  ellipse,
  mix,
  polar,
  polygon,
  rounded,
} from "../_path.ts";

/** A teapot with its spout to the right: round to tall. */
export const teapot: Blueprint = blueprint({
  category: "teapot",
  keypoints: [
    "spout tip",
    "spout root",
    "knob",
    "lid front edge",
    "lid rear edge",
    "handle top",
    "handle bend",
    "handle bottom",
    "front foot",
    "rear foot",
    "emblem",
  ],
  ranges: {
    wide: [25, 32],
    tall: [38, 58],
    belly: [0.35, 0.6],
    lid: [11, 17],
    dome: [4, 12],
    knob: [3.4, 5.2],
    foot: [13, 20],
    spout: [20, 30],
    spoutTop: [0.85, 1.15],
    spoutRoot: [0.3, 0.45],
    spoutBend: [0.2, 0.9],
    thick: [6, 9],
    handle: [16, 26],
    handleTop: [0.72, 0.88],
    handleLow: [0.22, 0.38],
    handleDrop: [-6, 6],
    grip: [3.2, 5.6],
    emblem: [5, 8],
    petals: [4, 8],
    band: [0, 1],
  },
  draw: (p) => {
    const top = -p.tall;
    const side = (share: number): number => {
      const reach = (share - p.belly) /
        (share > p.belly ? 1 - p.belly : p.belly);
      const end = share > p.belly ? p.lid : p.foot;
      return p.wide - (p.wide - end) * reach * reach;
    };
    const wall = (share: number, sign: number): Point => [
      sign * side(share),
      -p.tall * share,
    ];
    const spoutRoot = wall(p.spoutRoot, 1);
    const spoutTip: Point = [p.wide + p.spout, -p.tall * p.spoutTop];
    const bend: Point = [
      mix(spoutRoot, spoutTip, p.spoutBend)[0] + 3,
      mix(spoutRoot, spoutTip, 0.25)[1],
    ];
    const handleTop = wall(p.handleTop, -1);
    const handleLow = wall(p.handleLow, -1);
    const handleBend: Point = [
      -p.wide - p.handle,
      mix(handleTop, handleLow, 0.45)[1] + p.handleDrop,
    ];
    const lidFront: Point = [p.lid, top];
    const lidRear: Point = [-p.lid, top];
    const knob: Point = [0, top - p.dome - p.knob * 0.9];
    const frontFoot: Point = [p.foot, 0];
    const rearFoot: Point = [-p.foot, 0];
    const emblem: Point = [0, -p.tall * p.belly];
    const petals = Array.from(
      { length: Math.floor(p.petals) },
      (_, i) =>
        flat(
          circle(
            polar(emblem, p.emblem * 0.8, 360 * i / Math.floor(p.petals)),
            p.emblem * 0.38,
          ),
          "third",
        ),
    );
    const shares = [0.06, 0.3, 0.55, 0.8, 0.98];
    return {
      parts: [
        tube(
          curve([
            add(handleTop, [4, 0]),
            mix(handleTop, add(handleBend, [0, -7]), 0.72),
            handleBend,
            mix(handleLow, add(handleBend, [0, 7]), 0.6),
            add(handleLow, [4, 0]),
          ]),
          "second",
          p.grip,
        ),
        solid(circle(handleBend, p.grip * 0.8), "third"),
        solid(
          blob([
            add(spoutRoot, [-6, -p.thick * 1.3]),
            add(bend, [-p.thick * 0.4, -p.thick * 0.7]),
            add(spoutTip, [-3.5, 0]),
            add(spoutTip, [2.5, 1]),
            add(bend, [p.thick * 0.5, p.thick * 0.6]),
            add(spoutRoot, [-5, p.thick]),
          ]),
          "second",
        ),
        tube(
          curve([add(spoutTip, [-4, -1]), spoutTip, add(spoutTip, [4, 2])]),
          "metal",
          2.4,
        ),
        solid(
          polygon([
            add(frontFoot, [1, 1]),
            add(frontFoot, [-3, -5]),
            add(rearFoot, [3, -5]),
            add(rearFoot, [-1, 1]),
          ]),
          "third",
        ),
        solid(circle(knob, p.knob), "third"),
        solid(
          [
            ["M", lidRear],
            ["C", add(lidRear, [3, -p.dome]), [-5, top - p.dome], [
              0,
              top - p.dome,
            ]],
            ["C", [5, top - p.dome], add(lidFront, [-3, -p.dome]), lidFront],
            ["Z"],
          ],
          "second",
        ),
        solid(
          blob([
            ...shares.map((s) => wall(s, 1)),
            ...shares.toReversed().map((s) => wall(s, -1)),
          ]),
          "body",
        ),
        ...(p.band < 0.5 ? [] : [
          flat(
            polygon([
              wall(0.72, -0.97),
              wall(0.8, -0.97),
              wall(0.8, 0.97),
              wall(0.72, 0.97),
            ]),
            "second",
          ),
        ]),
        solid(
          rounded([
            add(lidRear, [-3, -1.6]),
            add(lidFront, [3, -1.6]),
            add(lidFront, [3, 1.6]),
            add(lidRear, [-3, 1.6]),
          ], 1.4),
          "metal",
        ),
        ink(ellipse(emblem, p.emblem * 1.3, p.emblem * 1.3)),
        ...petals,
        solid(circle(emblem, p.emblem * 0.42), "lamp"),
        solid(circle(handleTop, p.grip * 0.7), "metal"),
        solid(circle(handleLow, p.grip * 0.7), "metal"),
      ],
      keypoints: {
        "spout tip": spoutTip,
        "spout root": spoutRoot,
        "knob": knob,
        "lid front edge": lidFront,
        "lid rear edge": lidRear,
        "handle top": handleTop,
        "handle bend": handleBend,
        "handle bottom": handleLow,
        "front foot": frontFoot,
        "rear foot": rearFoot,
        "emblem": emblem,
      },
    };
  },
});
