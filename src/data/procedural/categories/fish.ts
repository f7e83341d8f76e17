import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid } from "../_part.ts";
import {
  add,
  blob,
  circle,
  curve,
  mix,
  polar,
  polygon,
  polyline,
} from "../_path.ts";

/** A fish swimming to the right. */
export const fish: Blueprint = blueprint({
  category: "fish",
  keypoints: [
    "mouth",
    "eye",
    "gill",
    "dorsal fin front",
    "dorsal fin tip",
    "tail root",
    "upper tail tip",
    "lower tail tip",
    "anal fin tip",
    "pelvic fin tip",
    "pectoral fin tip",
    "belly",
  ],
  ranges: {
    height: [17, 27],
    crest: [48, 60],
    snout: [-4, 4],
    root: [3.5, 6],
    rootX: [17, 23],
    dorsal: [12, 22],
    dorsalX: [34, 50],
    dorsalFoot: [62, 70],
    tailUp: [16, 26],
    tailLow: [14, 24],
    tailX: [-6, 4],
    notch: [4, 10],
    anal: [10, 17],
    pelvic: [10, 18],
    pectoral: [14, 20],
    pectoralAngle: [125, 175],
    eye: [2.8, 4.2],
    bands: [0, 4],
    rays: [2, 6],
  },
  draw: (p) => {
    const h = p.height;
    const mouth: Point = [100, p.snout];
    const eye: Point = [86, p.snout - h * 0.22];
    const gill: Point = [73, h * 0.08];
    const dorsalFront: Point = [p.dorsalFoot, -h * 0.92];
    const dorsalTip: Point = [p.dorsalX, -h - p.dorsal];
    const dorsalRear: Point = [33, -h * 0.6];
    const root: Point = [p.rootX, 0];
    const tailUp: Point = [p.tailX, -p.tailUp];
    const tailLow: Point = [p.tailX + 1, p.tailLow];
    const anal: Point = [29, h * 0.62 + p.anal];
    const pelvic: Point = [58, h * 0.92 + p.pelvic];
    const pectoralRoot: Point = [69, h * 0.22];
    const pectoral = polar(pectoralRoot, p.pectoral, p.pectoralAngle);
    const belly: Point = [72, h * 0.82];
    const rays = (from: Point, to: Point, apex: Point) =>
      Array.from({ length: Math.floor(p.rays) }, (_, i) => {
        const t = (i + 1) / (Math.floor(p.rays) + 1);
        return ink(
          polyline([mix(from, to, t), mix(mix(from, to, t), apex, 0.6)]),
        );
      });
    const bands = Array.from({ length: Math.floor(p.bands) }, (_, i) => {
      const x = 34 + 11 * i;
      const half = h * 0.62;
      return flat(
        blob([[x, -half], [x + 5, -half], [x + 6, 0], [x + 4, half], [
          x - 1,
          half,
        ], [x + 1, 0]]),
        "third",
      );
    });
    return {
      parts: [
        solid(polygon([dorsalFront, dorsalTip, dorsalRear]), "second"),
        ...rays(dorsalFront, dorsalRear, dorsalTip),
        solid(polygon([[40, h * 0.7], anal, [25, h * 0.3]]), "second"),
        solid(polygon([[68, h * 0.75], pelvic, [54, h * 0.85]]), "second"),
        solid(
          [
            ["M", [p.rootX + 2, -p.root]],
            ["C", [p.rootX - 5, -p.root], add(tailUp, [5, 3]), tailUp],
            ["L", [p.notch, 0]],
            ["L", tailLow],
            ["C", add(tailLow, [5, -3]), [p.rootX - 5, p.root], [
              p.rootX + 2,
              p.root,
            ]],
            ["Z"],
          ],
          "second",
        ),
        ...rays([p.notch, -8], [p.notch, 8], root),
        solid(
          blob([
            mouth,
            [88, p.snout - h * 0.55],
            [p.dorsalFoot + 2, -h * 0.93],
            [p.crest, -h],
            [33, -h * 0.6],
            [p.rootX, -p.root],
            [p.rootX, p.root],
            [34, h * 0.6],
            [p.crest, h * 0.95],
            belly,
            [90, p.snout + h * 0.4],
          ]),
          "body",
        ),
        ...bands,
        solid(circle(root, p.root * 0.8), "third"),
        ink(
          curve([[77, -h * 0.6], [71, -h * 0.2], gill, [75, h * 0.55]]),
          2,
        ),
        ink(polyline([mouth, add(mouth, [-9, 3])]), 1.6),
        solid(
          blob([
            pectoralRoot,
            polar(mix(pectoralRoot, pectoral, 0.6), 4, p.pectoralAngle + 90),
            pectoral,
            polar(mix(pectoralRoot, pectoral, 0.6), 4, p.pectoralAngle - 90),
          ]),
          "second",
        ),
        ink(polyline([pectoralRoot, mix(pectoralRoot, pectoral, 0.7)])),
        solid(circle(eye, p.eye), "lamp"),
        flat(circle(eye, p.eye * 0.5), "outline"),
      ],
      keypoints: {
        "mouth": mouth,
        "eye": eye,
        "gill": gill,
        "dorsal fin front": dorsalFront,
        "dorsal fin tip": dorsalTip,
        "tail root": root,
        "upper tail tip": tailUp,
        "lower tail tip": tailLow,
        "anal fin tip": anal,
        "pelvic fin tip": pelvic,
        "pectoral fin tip": pectoral,
        "belly": belly,
      },
    };
  },
});
