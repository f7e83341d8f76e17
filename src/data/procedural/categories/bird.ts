import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid, tube } from "../_part.ts";
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

/** A perching bird from its right side: songbird to heron proportions. */
export const bird: Blueprint = blueprint({
  category: "bird",
  keypoints: [
    "beak tip",
    "eye",
    "crest tip",
    "nape",
    "breast",
    "wing shoulder",
    "wing tip",
    "upper tail tip",
    "lower tail tip",
    "front foot",
    "rear foot",
    "front ankle",
  ],
  ranges: {
    lean: [-34, -8],
    long: [23, 30],
    deep: [13, 18],
    neck: [8, 22],
    neckAngle: [-62, -38],
    head: [8, 11],
    beak: [9, 17],
    beakDrop: [-2, 4],
    crest: [9, 17],
    crestAngle: [-150, -115],
    wing: [26, 36],
    wingAngle: [-14, 20],
    tail: [20, 32],
    tailSplit: [12, 26],
    leg: [20, 36],
    stride: [12, 20],
    knee: [-5, -1],
    feathers: [2, 5],
    patch: [0, 1],
  },
  draw: (p) => {
    const along = (x: number, y: number): Point =>
      polar(polar([0, 0], x, p.lean), y, p.lean + 90);
    const front = along(p.long, 0);
    const back = along(-p.long, 0);
    const headAt = polar(front, p.neck, p.neckAngle);
    const beak = add(headAt, [p.head * 0.8 + p.beak, p.beakDrop]);
    const eye = add(headAt, [p.head * 0.25, -p.head * 0.2]);
    const crown = add(headAt, [-p.head * 0.35, -p.head * 0.85]);
    const crest = polar(crown, p.crest, p.crestAngle);
    const nape = mix(
      polar(headAt, p.head, 170),
      along(p.long * 0.5, -p.deep),
      0.5,
    );
    const breast = along(p.long * 0.95, p.deep * 0.62);
    const wingShoulder = along(p.long * 0.42, -p.deep * 0.12);
    const wingTip = polar(
      wingShoulder,
      p.wing + 12,
      p.lean + 180 - p.wingAngle,
    );
    const tailUp = polar(back, p.tail, p.lean + 180 + p.tailSplit / 2);
    const tailLow = polar(back, p.tail * 0.9, p.lean + 180 - p.tailSplit);
    const hipFront = along(3, p.deep * 0.9);
    const hipRear = along(-6, p.deep * 0.86);
    const ground = p.deep + p.leg;
    const frontFoot: Point = [hipFront[0] + p.stride * 0.6, ground];
    const rearFoot: Point = [frontFoot[0] - p.stride, ground];
    const ankle = add(mix(hipFront, frontFoot, 0.55), [p.knee, 0]);
    const rearAnkle = add(mix(hipRear, rearFoot, 0.55), [p.knee, 0]);
    const foot = (at: Point) => [
      tube(polyline([at, add(at, [7, 2])]), "third", 1.8),
      tube(polyline([at, add(at, [-4, 2])]), "third", 1.8),
    ];
    const count = Math.floor(p.feathers);
    const feathers = Array.from({ length: count }, (_, i) => {
      const t = (i + 1) / (count + 1);
      return ink(curve([
        mix(wingShoulder, wingTip, 0.3 + 0.1 * t),
        polar(
          mix(wingShoulder, wingTip, 0.55),
          p.deep * (0.5 * t),
          p.lean + 90,
        ),
        mix(wingShoulder, wingTip, 0.6 + 0.35 * (1 - t)),
      ]));
    });
    return {
      parts: [
        tube(polyline([hipRear, rearAnkle, rearFoot]), "third", 2.4),
        ...foot(rearFoot),
        solid(
          polygon([
            along(-p.long * 0.6, -p.deep * 0.5),
            tailUp,
            mix(back, mix(tailUp, tailLow, 0.5), 0.78),
            tailLow,
            along(-p.long * 0.6, p.deep * 0.45),
          ]),
          "second",
        ),
        solid(
          polygon([crown, crest, add(headAt, [-p.head * 0.85, -p.head * 0.2])]),
          "third",
        ),
        solid(
          polygon([
            add(headAt, [p.head * 0.6, -p.head * 0.5]),
            beak,
            add(headAt, [p.head * 0.5, p.head * 0.55]),
          ]),
          "lamp",
        ),
        ink(polyline([add(headAt, [p.head * 0.7, 0.5]), beak])),
        solid(
          blob([
            polar(headAt, p.head, 180),
            polar(headAt, p.head, 240),
            polar(headAt, p.head, 300),
            polar(headAt, p.head, 0),
            polar(headAt, p.head, 60),
            breast,
            along(p.long * 0.4, p.deep),
            along(-p.long * 0.3, p.deep * 0.85),
            back,
            along(-p.long * 0.4, -p.deep * 0.75),
            along(p.long * 0.3, -p.deep * 0.9),
            nape,
          ]),
          "body",
        ),
        ...(p.patch < 0.5 ? [] : [
          flat(
            blob([
              add(breast, [-1, -6]),
              add(breast, [-1, 1]),
              along(p.long * 0.45, p.deep * 0.9),
              along(p.long * 0.5, p.deep * 0.45),
            ]),
            "third",
          ),
        ]),
        solid(
          blob([
            wingShoulder,
            mix(wingShoulder, polar(wingTip, p.deep * 0.35, p.lean - 90), 0.5),
            wingTip,
            polar(mix(wingShoulder, wingTip, 0.55), p.deep * 0.55, p.lean + 90),
            polar(mix(wingShoulder, wingTip, 0.2), p.deep * 0.6, p.lean + 90),
          ]),
          "second",
        ),
        ...feathers,
        solid(circle(wingShoulder, 2.6), "third"),
        solid(circle(eye, 2.9), "lamp"),
        flat(circle(eye, 1.4), "outline"),
        tube(polyline([hipFront, ankle, frontFoot]), "third", 2.4),
        solid(circle(ankle, 2.1), "third"),
        ...foot(frontFoot),
      ],
      keypoints: {
        "beak tip": beak,
        "eye": eye,
        "crest tip": crest,
        "nape": nape,
        "breast": breast,
        "wing shoulder": wingShoulder,
        "wing tip": wingTip,
        "upper tail tip": tailUp,
        "lower tail tip": tailLow,
        "front foot": frontFoot,
        "rear foot": rearFoot,
        "front ankle": ankle,
      },
    };
  },
});
