import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid, tube } from "../_part.ts";
import { add, blob, circle, curve, ellipse, mix, polar } from "../_path.ts";

/** A dog from its right side: short to long legs, hanging or upright ears. */
export const dog: Blueprint = blueprint({
  category: "dog",
  keypoints: [
    "nose",
    "eye",
    "ear tip",
    "collar tag",
    "chest",
    "tail base",
    "tail tip",
    "near fore paw",
    "far fore paw",
    "near hind paw",
    "far hind paw",
    "near elbow",
    "near hock",
  ],
  ranges: {
    legs: [22, 40],
    back: [12, 16],
    waist: [7, 11],
    neck: [12, 20],
    neckAngle: [-70, -40],
    head: [8.5, 11.5],
    muzzle: [10, 17],
    muzzleAngle: [0, 24],
    ear: [10, 16],
    earAngle: [0, 1],
    tail: [18, 30],
    tailAngle: [-150, -95],
    tailBend: [-9, 9],
    stepFore: [-4, 6],
    stepFar: [13, 20],
    stepHind: [-4, 5],
    stepFarHind: [12, 18],
    leg: [5, 8],
    spots: [0, 1],
  },
  draw: (p) => {
    const hip: Point = [18, -p.legs - 10];
    const shoulder: Point = [62, -p.legs - 10];
    const headAt = polar(
      add(shoulder, [6, -p.back * 0.5]),
      p.neck + 6,
      p.neckAngle,
    );
    const nose = polar(headAt, p.head * 0.6 + p.muzzle, p.muzzleAngle);
    const eye = add(headAt, [p.head * 0.35, -p.head * 0.35]);
    const earRoot = add(headAt, [-p.head * 0.45, -p.head * 0.55]);
    const earTip = polar(earRoot, p.ear, p.earAngle < 0.5 ? 112 : -112);
    const tag = add(mix(shoulder, headAt, 0.52), [8.5, 1]);
    const chest = add(shoulder, [p.back * 0.85, 3]);
    const tailBase = add(hip, [-p.back * 0.72, -p.back * 0.55]);
    const tailTip = polar(tailBase, p.tail, p.tailAngle);
    const tailMid = polar(
      mix(tailBase, tailTip, 0.5),
      p.tailBend,
      p.tailAngle + 90,
    );
    const forePaw: Point = [shoulder[0] - 4 + p.stepFore, 0];
    const farForePaw = add(forePaw, [p.stepFar, 0]);
    const hindPaw: Point = [hip[0] - 8 + p.stepHind, 0];
    const farHindPaw = add(hindPaw, [p.stepFarHind, 0]);
    const elbow = add(mix(shoulder, forePaw, 0.45), [-4, 0]);
    const hock = add(mix(hip, hindPaw, 0.62), [-6, 0]);
    const farElbow = add(mix(shoulder, farForePaw, 0.5), [2, 0]);
    const farHock = add(mix(hip, farHindPaw, 0.62), [-5, 0]);
    const paw = (at: Point, slot: "third" | "dark") =>
      solid(ellipse(add(at, [2.2, -1.5]), p.leg * 0.85, p.leg * 0.5), slot);
    const spots = p.spots < 0.55 ? [] : [
      flat(ellipse(add(hip, [8, -4]), 9, 6, 20), "second"),
      flat(ellipse(add(shoulder, [-10, 2]), 6, 5, -30), "second"),
    ];
    return {
      parts: [
        tube(
          curve([add(hip, [2, 0]), farHock, add(farHindPaw, [0, -3])]),
          "second",
          p.leg,
        ),
        paw(farHindPaw, "dark"),
        tube(
          curve([shoulder, farElbow, add(farForePaw, [0, -3])]),
          "second",
          p.leg,
        ),
        paw(farForePaw, "dark"),
        tube(curve([tailBase, tailMid, tailTip]), "body", p.leg * 0.7),
        solid(circle(tailTip, p.leg * 0.52), "third"),
        solid(
          blob([
            add(tailBase, [-1, 1]),
            add(hip, [4, -p.back * 0.85]),
            add(mix(hip, shoulder, 0.5), [0, -p.back * 0.8]),
            add(shoulder, [-2, -p.back]),
            polar(headAt, p.head * 0.9, 200),
            polar(headAt, p.head * 0.9, 75),
            chest,
            add(shoulder, [2, p.back * 0.85]),
            add(mix(hip, shoulder, 0.45), [0, p.waist]),
            add(hip, [2, p.back * 0.75]),
            add(hip, [-p.back * 0.8, 2]),
          ]),
          "body",
        ),
        ...spots,
        tube(
          curve([add(hip, [-1, 2]), hock, add(hindPaw, [0, -3])]),
          "body",
          p.leg * 1.1,
        ),
        paw(hindPaw, "third"),
        tube(
          curve([add(shoulder, [0, 5]), elbow, add(forePaw, [0, -3])]),
          "body",
          p.leg * 1.1,
        ),
        paw(forePaw, "third"),
        tube(
          curve([
            add(mix(shoulder, headAt, 0.56), [-9, -6]),
            add(mix(shoulder, headAt, 0.54), [0, 0]),
            tag,
          ]),
          "second",
          3,
        ),
        solid(circle(tag, 3), "lamp"),
        solid(
          blob([
            polar(headAt, p.head, 180),
            polar(headAt, p.head, 240),
            polar(headAt, p.head, 300),
            mix(headAt, add(nose, [0, -3.5]), 0.66),
            add(nose, [0, -3]),
            add(nose, [1, 2]),
            mix(headAt, add(nose, [0, 7]), 0.66),
            polar(headAt, p.head, 90),
          ]),
          "body",
        ),
        ink(curve([
          add(nose, [-1, 3]),
          mix(headAt, add(nose, [0, 4]), 0.66),
          mix(headAt, add(nose, [0, 2]), 0.45),
        ])),
        solid(ellipse(nose, 3.2, 2.7), "dark"),
        solid(circle(eye, 2.3), "lamp"),
        flat(circle(eye, 1.1), "outline"),
        solid(
          blob([
            add(earRoot, [-4, 1]),
            add(earRoot, [1, -2]),
            add(earRoot, [4, 1]),
            mix(add(earRoot, [4, 0]), earTip, 0.6),
            earTip,
            mix(add(earRoot, [-5, 0]), earTip, 0.6),
          ]),
          "second",
        ),
      ],
      keypoints: {
        "nose": nose,
        "eye": eye,
        "ear tip": earTip,
        "collar tag": tag,
        "chest": chest,
        "tail base": tailBase,
        "tail tip": tailTip,
        "near fore paw": forePaw,
        "far fore paw": farForePaw,
        "near hind paw": hindPaw,
        "far hind paw": farHindPaw,
        "near elbow": elbow,
        "near hock": hock,
      },
    };
  },
});
