import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid, tube } from "../_part.ts";
import {
  add,
  blob,
  circle,
  ellipse,
  mix,
  polygon,
  polyline,
  rounded,
} from "../_path.ts";

/** An airliner in flight, wheels down, seen from its right side. */
export const airplane: Blueprint = blueprint({
  category: "airplane",
  keypoints: [
    "nose",
    "cockpit window",
    "front door",
    "fin foot",
    "fin tip",
    "tail cone",
    "tailplane tip",
    "wing root front",
    "wing root rear",
    "wing tip",
    "engine intake",
    "nose wheel",
    "main wheel",
  ],
  ranges: {
    girth: [7, 10.5],
    snout: [0.1, 0.5],
    finFoot: [11, 18],
    finHeight: [16, 25],
    finLean: [-4, 6],
    tailplane: [10, 16],
    rootFront: [58, 66],
    chord: [15, 23],
    sweep: [10, 30],
    span: [28, 36],
    tipChord: [4, 8],
    engine: [3.6, 5.4],
    noseGear: [80, 86],
    mainGear: [40, 47],
    gear: [6, 9],
    gearWheel: [2.8, 4],
    windows: [6, 13],
    porthole: [0, 1],
    winglet: [0, 1],
    belly: [0, 1],
  },
  draw: (p) => {
    const g = p.girth;
    const nose: Point = [100, g * p.snout];
    const tail: Point = [0, -g * 0.45];
    const cockpit: Point = [92.5, -g * 0.42];
    const door: Point = [81, -g * 0.05];
    const finFoot: Point = [p.finFoot + 10, -g * 0.95];
    const finTip: Point = [p.finLean, -g - p.finHeight];
    const rootFront: Point = [p.rootFront, g * 0.35];
    const rootRear: Point = [p.rootFront - p.chord, g * 0.45];
    const tip: Point = [p.rootFront - p.sweep - p.tipChord, p.span];
    const tipFront = add(tip, [p.tipChord, -1]);
    const tailplaneTip: Point = [-3, -g * 0.3 + p.tailplane * 0.75];
    const intake = add(mix(rootFront, tipFront, 0.4), [6, 2]);
    const noseWheel: Point = [p.noseGear, g + p.gear];
    const mainWheel: Point = [p.mainGear - 6, g + p.gear];
    const count = Math.floor(p.windows);
    const portholes = Array.from({ length: count }, (_, i) => {
      const at: Point = [28 + 46 * i / (count - 1), -g * 0.3];
      return p.porthole < 0.5
        ? flat(circle(at, 1.3), "glass")
        : flat(ellipse(at, 0.9, 1.7), "glass");
    });
    return {
      parts: [
        tube(polyline([[p.noseGear, g * 0.5], noseWheel]), "metal", 1.8),
        tube(polyline([[mainWheel[0] + 3, 0], mainWheel]), "metal", 2.2),
        solid(
          polygon([
            finFoot,
            finTip,
            add(finTip, [-8, 0]),
            [2, -g * 0.6],
          ]),
          "second",
        ),
        ink(polyline([mix(finFoot, finTip, 0.45), [1, -g * 0.9 - 6]])),
        solid(
          blob([
            tail,
            [18, -g * 0.86],
            [40, -g],
            [75, -g],
            [91, -g * 0.8],
            nose,
            [88, g * 0.9],
            [60, g],
            [35, g * 0.95],
            [15, g * 0.4],
          ]),
          "body",
        ),
        ...(p.belly < 0.5 ? [] : [
          flat(
            polygon([[5, -g * 0.05], [96, g * 0.15], [95, g * 0.45], [
              10,
              g * 0.12,
            ]]),
            "third",
          ),
        ]),
        ...portholes,
        solid(
          polygon([
            [89, -g * 0.62],
            [94.5, -g * 0.5],
            [97, -g * 0.22],
            [90, -g * 0.2],
          ]),
          "glass",
        ),
        solid(
          rounded([
            add(door, [-2.2, -g * 0.45]),
            add(door, [2.2, -g * 0.45]),
            add(door, [2.2, g * 0.45]),
            add(door, [-2.2, g * 0.45]),
          ], 1.4),
          "metal",
        ),
        solid(circle(tail, 2), "lamp"),
        solid(
          polygon([
            [17, -g * 0.3],
            [6, -g * 0.25],
            add(tailplaneTip, [-1, 0]),
            add(tailplaneTip, [4, -1]),
          ]),
          "second",
        ),
        solid(polygon([rootFront, tipFront, tip, rootRear]), "second"),
        ink(polyline([
          mix(rootFront, rootRear, 0.75),
          mix(tipFront, tip, 0.7),
        ])),
        ...(p.winglet < 0.5 ? [] : [
          solid(
            polygon([tip, tipFront, add(tip, [p.tipChord * 0.4, -7])]),
            "third",
          ),
        ]),
        solid(
          rounded([
            add(intake, [0, -p.engine]),
            add(intake, [0, p.engine]),
            add(intake, [-13, p.engine * 0.7]),
            add(intake, [-13, -p.engine * 0.7]),
          ], 3),
          "third",
        ),
        solid(ellipse(intake, 1.8, p.engine), "dark"),
        solid(circle(noseWheel, p.gearWheel), "dark"),
        solid(circle(noseWheel, p.gearWheel * 0.4), "metal"),
        solid(circle(add(mainWheel, [-3, 0]), p.gearWheel), "dark"),
        solid(circle(add(mainWheel, [3, 0]), p.gearWheel), "dark"),
      ],
      keypoints: {
        "nose": nose,
        "cockpit window": cockpit,
        "front door": door,
        "fin foot": finFoot,
        "fin tip": finTip,
        "tail cone": tail,
        "tailplane tip": tailplaneTip,
        "wing root front": rootFront,
        "wing root rear": rootRear,
        "wing tip": tip,
        "engine intake": intake,
        "nose wheel": noseWheel,
        "main wheel": mainWheel,
      },
    };
  },
});
