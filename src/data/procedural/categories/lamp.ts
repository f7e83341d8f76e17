import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid, tube } from "../_part.ts";
import {
  add,
  circle,
  curve,
  ellipse,
  mix,
  polar,
  polygon,
  polyline,
  rounded,
} from "../_path.ts";

/** A jointed desk lamp that leans to the right, with its cable. */
export const lamp: Blueprint = blueprint({
  category: "lamp",
  keypoints: [
    "plug",
    "base rear edge",
    "base front edge",
    "switch",
    "lower joint",
    "elbow",
    "head joint",
    "counterweight",
    "rim top",
    "rim bottom",
    "bulb",
    "spring foot",
  ],
  ranges: {
    base: [15, 23],
    baseHeight: [6, 10],
    stand: [7, 13],
    lower: [34, 46],
    lowerAngle: [-125, -98],
    upper: [34, 46],
    upperAngle: [-48, -12],
    weight: [9, 15],
    shade: [15, 21],
    shadeAngle: [25, 75],
    rim: [11, 17],
    neck: [4, 6],
    arm: [2.6, 4],
    bulb: [4.5, 6.5],
    cable: [20, 30],
    sag: [-5, 5],
    twin: [0, 1],
    spring: [0.4, 0.6],
  },
  draw: (p) => {
    const joint: Point = [0, -p.baseHeight - p.stand];
    const baseRear: Point = [-p.base, 0];
    const baseFront: Point = [p.base, 0];
    const plug: Point = [-p.base - p.cable, p.sag];
    const elbow = polar(joint, p.lower, p.lowerAngle);
    const head = polar(elbow, p.upper, p.upperAngle);
    const weight = polar(elbow, p.weight, p.upperAngle + 180);
    const mouth = polar(head, p.shade, p.shadeAngle);
    const rimTop = polar(mouth, p.rim, p.shadeAngle - 90);
    const rimBottom = polar(mouth, p.rim, p.shadeAngle + 90);
    const bulb = polar(mouth, p.bulb * 0.45, p.shadeAngle);
    const button: Point = [p.base * 0.5, -p.baseHeight - 1];
    const spring = mix(joint, elbow, p.spring);
    const springTop = mix(elbow, head, 0.22);
    const coils = Array.from({ length: 9 }, (_, i): Point =>
      polar(
        mix(spring, springTop, (i + 0.5) / 9),
        i % 2 === 0 ? 2.4 : -2.4,
        p.lowerAngle + 90,
      ));
    return {
      parts: [
        ink(
          curve([
            [-p.base + 3, -2],
            mix(baseRear, plug, 0.4),
            add(mix(baseRear, plug, 0.75), [0, p.sag]),
            plug,
          ]),
          1.6,
        ),
        ink(polyline([add(plug, [-7, -2]), add(plug, [0, -2])]), 1.4),
        ink(polyline([add(plug, [-7, 2]), add(plug, [0, 2])]), 1.4),
        solid(
          rounded([
            add(plug, [-3, -4]),
            add(plug, [4, -3]),
            add(plug, [4, 3]),
            add(plug, [-3, 4]),
          ], 1.5),
          "third",
        ),
        tube(polyline([[0, -p.baseHeight], joint]), "metal", p.arm * 1.5),
        solid(
          rounded([
            baseRear,
            [-p.base * 0.8, -p.baseHeight],
            [p.base * 0.8, -p.baseHeight],
            baseFront,
          ], 2),
          "body",
        ),
        solid(ellipse(button, 4, 2.6), "lamp"),
        ink(polyline([spring, ...coils, springTop])),
        tube(polyline([joint, elbow]), "second", p.arm),
        ...(p.twin < 0.5 ? [] : [
          tube(
            polyline([add(joint, [4, 0]), add(elbow, [4, 0])]),
            "second",
            p.arm * 0.6,
          ),
        ]),
        tube(polyline([weight, head]), "second", p.arm),
        solid(circle(weight, 4.2), "third"),
        solid(circle(spring, 2.2), "metal"),
        solid(circle(bulb, p.bulb), "lamp"),
        solid(
          polygon([
            polar(
              polar(head, 5, p.shadeAngle + 180),
              p.neck,
              p.shadeAngle - 90,
            ),
            polar(head, p.neck * 1.3, p.shadeAngle - 90),
            rimTop,
            rimBottom,
            polar(head, p.neck * 1.3, p.shadeAngle + 90),
            polar(
              polar(head, 5, p.shadeAngle + 180),
              p.neck,
              p.shadeAngle + 90,
            ),
          ]),
          "body",
        ),
        ink(polyline([rimTop, rimBottom]), 2.2),
        solid(circle(joint, 4.4), "metal"),
        flat(circle(joint, 1.6), "outline"),
        solid(circle(elbow, 4.4), "metal"),
        flat(circle(elbow, 1.6), "outline"),
        solid(circle(head, 3.6), "metal"),
        flat(circle(head, 1.4), "outline"),
      ],
      keypoints: {
        "plug": plug,
        "base rear edge": baseRear,
        "base front edge": baseFront,
        "switch": button,
        "lower joint": joint,
        "elbow": elbow,
        "head joint": head,
        "counterweight": weight,
        "rim top": rimTop,
        "rim bottom": rimBottom,
        "bulb": polar(mouth, p.bulb * 0.9, p.shadeAngle),
        "spring foot": spring,
      },
    };
  },
});
