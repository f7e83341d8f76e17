import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, type Slot, solid, wheel } from "../_part.ts";
import { circle, ellipse, mix, polygon, polyline, rounded } from "../_path.ts";
import { pick } from "../../_random.ts";

/** A car from its right side: saloon to van. */
export const car: Blueprint = blueprint({
  category: "car",
  keypoints: [
    "rear wheel hub",
    "front wheel hub",
    "rear bumper",
    "front bumper",
    "tail light",
    "headlight",
    "rear window foot",
    "roof rear corner",
    "roof front corner",
    "windscreen foot",
    "door handle",
    "wing mirror",
  ],
  ranges: {
    radius: [8.5, 11.5],
    rearWheel: [18, 25],
    frontWheel: [75, 81],
    sill: [5, 8],
    deck: [23, 30],
    bonnet: [20, 26],
    roof: [39, 50],
    windowFoot: [3, 17],
    roofRear: [20, 30],
    roofFront: [48, 60],
    screenFoot: [64, 75],
    pillar: [0.42, 0.58],
    spokes: [4, 9],
    phase: [0, 90],
    hub: [0.22, 0.34],
    disc: [0, 1],
    stripe: [0, 1],
    lamp: [0, 1],
  },
  draw: (p) => {
    const rear: Point = [p.rearWheel, -p.radius];
    const front: Point = [p.frontWheel, -p.radius];
    const windowFoot: Point = [p.windowFoot, -p.deck];
    const roofRear: Point = [p.roofRear, -p.roof];
    const roofFront: Point = [p.roofFront, -p.roof + 0.8];
    const screenFoot: Point = [p.screenFoot, -p.bonnet - 1.5];
    const nose: Point = [97, -p.bonnet * 0.78];
    const rearBumper: Point = [0.5, -p.sill - 3];
    const frontBumper: Point = [99.5, -p.sill - 3];
    const tailLight: Point = [3.5, -p.deck * 0.75];
    const headlight: Point = [93.5, -p.bonnet * 0.66];
    const belt = (t: number): Point => mix(windowFoot, screenFoot, t);
    const top = (t: number): Point => mix(roofRear, roofFront, t);
    const glass = (from: number, to: number) =>
      polygon([
        mix(belt(from), top(from), 0.12),
        mix(belt(from), top(from), 0.84),
        mix(belt(to), top(to), 0.84),
        mix(belt(to), top(to), 0.12),
      ]);
    const handle: Point = [
      belt(p.pillar)[0] - 7,
      belt(p.pillar)[1] + 4.5,
    ];
    const mirror: Point = [screenFoot[0] - 4, screenFoot[1] - 3.5];
    const look = {
      tyre: p.radius * 0.3,
      spokes: Math.floor(p.spokes),
      phase: p.phase,
      hub: p.hub,
      disc: pick<Slot>(["metal", "second", "third"], p.disc),
    };
    const lampPath = (at: Point) =>
      p.lamp < 0.5 ? ellipse(at, 4, 2.8) : circle(at, 3);
    return {
      parts: [
        solid(
          rounded([
            [1, -p.sill],
            [1.5, -p.deck],
            windowFoot,
            roofRear,
            roofFront,
            screenFoot,
            nose,
            [99, -p.sill],
          ], 3.5),
          "body",
        ),
        ...(p.stripe < 0.5 ? [] : [flat(
          polygon([
            [2, -p.deck * 0.55],
            [2, -p.deck * 0.38],
            [98, -p.bonnet * 0.38],
            [98, -p.bonnet * 0.55],
          ]),
          "second",
        )]),
        solid(glass(0.06, p.pillar - 0.025), "glass"),
        solid(glass(p.pillar + 0.025, 0.95), "glass"),
        ink(polyline([belt(p.pillar), [belt(p.pillar)[0], -p.sill]])),
        ink(polyline([[p.rearWheel + 10, -p.sill - 2], [
          p.frontWheel - 10,
          -p.sill - 2,
        ]])),
        solid(
          rounded([[-0.5, -p.sill - 6], [-0.5, -p.sill], [8, -p.sill], [
            8,
            -p.sill - 4,
          ]], 2),
          "metal",
        ),
        solid(
          rounded([[100.5, -p.sill - 6], [100.5, -p.sill], [90, -p.sill], [
            90,
            -p.sill - 4,
          ]], 2),
          "metal",
        ),
        solid(
          polygon([[1.5, tailLight[1] - 4], [6.5, tailLight[1] - 4], [
            6.5,
            tailLight[1] + 4,
          ], [1.5, tailLight[1] + 4]]),
          "third",
        ),
        solid(lampPath(headlight), "lamp"),
        flat(circle(rear, p.radius * 1.18), "dark"),
        flat(circle(front, p.radius * 1.18), "dark"),
        ...wheel(rear, p.radius, look),
        ...wheel(front, p.radius, look),
        solid(
          rounded([
            [handle[0] - 4, handle[1] - 1.4],
            [handle[0] + 4, handle[1] - 1.4],
            [handle[0] + 4, handle[1] + 1.4],
            [handle[0] - 4, handle[1] + 1.4],
          ], 1),
          "metal",
        ),
        solid(ellipse(mirror, 3.4, 2.4, -20), "second"),
      ],
      keypoints: {
        "rear wheel hub": rear,
        "front wheel hub": front,
        "rear bumper": rearBumper,
        "front bumper": frontBumper,
        "tail light": tailLight,
        "headlight": headlight,
        "rear window foot": windowFoot,
        "roof rear corner": roofRear,
        "roof front corner": roofFront,
        "windscreen foot": screenFoot,
        "door handle": handle,
        "wing mirror": mirror,
      },
    };
  },
});
