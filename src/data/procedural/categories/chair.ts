import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, solid, tube } from "../_part.ts";
import { add, circle, mix, polyline, rounded } from "../_path.ts";

/** An armchair in oblique projection, facing right. */
export const chair: Blueprint = blueprint({
  category: "chair",
  keypoints: [
    "near back top",
    "far back top",
    "near rear seat corner",
    "near front seat corner",
    "far front seat corner",
    "near armrest front",
    "near armrest rear",
    "near front foot",
    "far front foot",
    "near rear foot",
    "far rear foot",
    "back centre",
  ],
  ranges: {
    width: [42, 52],
    depthX: [18, 30],
    depthY: [-18, -11],
    legs: [32, 46],
    back: [44, 62],
    lean: [4, 14],
    arm: [13, 19],
    armLength: [0.7, 0.95],
    post: [3, 5],
    splay: [0, 5],
    slats: [0, 5],
    knob: [2.8, 4.4],
    cushion: [3, 7],
    panel: [0, 1],
  },
  draw: (p) => {
    const far: Point = [p.depthX, p.depthY];
    const rear: Point = [0, 0];
    const front: Point = [p.width, 0];
    const farRear = add(rear, far);
    const farFront = add(front, far);
    const top: Point = [-p.lean, -p.back];
    const farTop = add(top, far);
    const foot = (corner: Point, splay: number): Point =>
      add(corner, [splay, p.legs]);
    const rearFoot = foot(rear, -p.splay);
    const frontFoot = foot(front, p.splay);
    const farRearFoot = foot(farRear, -p.splay * 0.5);
    const farFrontFoot = foot(farFront, p.splay);
    const armRear = mix(rear, top, p.arm / p.back + 0.04);
    const armFront: Point = [p.width * p.armLength, -p.arm - 1];
    const armFoot: Point = [p.width * p.armLength - 2, 0];
    const leg = (a: Point, b: Point) => tube(polyline([a, b]), "body", p.post);
    const count = Math.floor(p.slats);
    const slats = Array.from({ length: count }, (_, i) => {
      const t = (i + 1) / (count + 1);
      return tube(
        polyline([
          mix(mix(rear, farRear, t), mix(top, farTop, t), 0.2),
          mix(mix(rear, farRear, t), mix(top, farTop, t), 0.95),
        ]),
        "second",
        p.post * 0.6,
      );
    });
    const low = mix(rear, top, 0.42);
    const farLow = mix(farRear, farTop, 0.42);
    const high = mix(rear, top, 0.86);
    const farHigh = mix(farRear, farTop, 0.86);
    const centre = mix(mix(low, farLow, 0.5), mix(high, farHigh, 0.5), 0.5);
    const cap = (at: Point) => solid(circle(at, p.post * 0.8), "third");
    return {
      parts: [
        leg(farRear, farRearFoot),
        cap(farRearFoot),
        leg(farFront, farFrontFoot),
        cap(farFrontFoot),
        tube(
          polyline([
            mix(rear, rearFoot, 0.6),
            mix(front, frontFoot, 0.6),
          ]),
          "second",
          p.post * 0.6,
        ),
        leg(farRear, farTop),
        ...slats,
        ...(p.panel < 0.6
          ? [solid(rounded([low, farLow, farHigh, high], 4), "second")]
          : [
            tube(polyline([low, farLow]), "second", p.post),
            tube(polyline([high, farHigh]), "second", p.post),
          ]),
        solid(circle(centre, 4.6), "lamp"),
        flat(circle(centre, 1.8), "outline"),
        leg(rear, top),
        tube(polyline([top, farTop]), "body", p.post),
        solid(circle(top, p.knob), "third"),
        solid(circle(farTop, p.knob), "third"),
        solid(
          rounded([
            add(rear, [-2, 1]),
            add(farRear, [-1, 0]),
            add(farFront, [2, 0]),
            add(front, [2, 1]),
          ], 4),
          "third",
        ),
        solid(
          rounded([
            add(rear, [-2, 0]),
            add(front, [2, 0]),
            add(front, [2, p.cushion]),
            add(rear, [-2, p.cushion]),
          ], 2),
          "third",
        ),
        solid(
          rounded([
            add(front, [2, 0]),
            add(farFront, [2, 0]),
            add(farFront, [2, p.cushion]),
            add(front, [2, p.cushion]),
          ], 1),
          "second",
        ),
        leg(add(rear, [0, p.cushion]), rearFoot),
        cap(rearFoot),
        leg(add(front, [0, p.cushion]), frontFoot),
        cap(frontFoot),
        tube(polyline([armFoot, armFront]), "metal", p.post * 0.8),
        tube(polyline([armRear, armFront]), "metal", p.post),
        solid(circle(armFront, p.post), "metal"),
      ],
      keypoints: {
        "near back top": top,
        "far back top": farTop,
        "near rear seat corner": rear,
        "near front seat corner": front,
        "far front seat corner": farFront,
        "near armrest front": armFront,
        "near armrest rear": armRear,
        "near front foot": frontFoot,
        "far front foot": farFrontFoot,
        "near rear foot": rearFoot,
        "far rear foot": farRearFoot,
        "back centre": centre,
      },
    };
  },
});
