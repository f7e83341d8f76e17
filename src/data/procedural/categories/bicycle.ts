import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { ink, type Slot, solid, tube, wheel } from "../_part.ts";
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
import { pick } from "../../_random.ts";

/** A bicycle from its right side: racer to roadster. */
export const bicycle: Blueprint = blueprint({
  category: "bicycle",
  keypoints: [
    "rear hub",
    "front hub",
    "crank axle",
    "saddle nose",
    "saddle back",
    "seat tube top",
    "head tube",
    "handlebar grip",
    "headlamp",
    "rack end",
    "front pedal",
    "rear pedal",
  ],
  ranges: {
    radius: [18, 23],
    base: [54, 62],
    axle: [0.38, 0.46],
    drop: [0, 4],
    seatX: [-12, -7],
    seatY: [-30, -22],
    headX: [-15, -9],
    headY: [-26, -18],
    post: [6, 12],
    saddle: [7, 10],
    stem: [8, 13],
    bar: [0, 1],
    reach: [6, 11],
    rack: [12, 18],
    crank: [8, 11],
    turn: [-35, 35],
    tube: [2.4, 4.2],
    tyre: [2.2, 4.5],
    spokes: [6, 13],
    phase: [0, 60],
    guard: [0, 1],
  },
  draw: (p) => {
    const rear: Point = [p.radius, -p.radius];
    const front: Point = [p.radius + p.base, -p.radius];
    const axle = add(mix(rear, front, p.axle), [0, p.drop]);
    const seat = add(axle, [p.seatX, p.seatY]);
    const head = add(front, [p.headX, p.headY]);
    const fork = mix(head, front, 0.32);
    const saddle = add(seat, [-p.post * 0.35, -p.post]);
    const saddleNose = add(saddle, [p.saddle, 0.5]);
    const saddleBack = add(saddle, [-p.saddle, -1.5]);
    const stem = add(head, [-p.stem * 0.35, -p.stem]);
    const grip = add(
      stem,
      p.bar < 0.5 ? [-p.reach, -1] : [p.reach + 4, 3],
    );
    const bend = add(stem, p.bar < 0.5 ? [2, -4] : [p.reach + 2, -3]);
    const lamp = add(head, [7, 4]);
    const rack: Point = [rear[0] - p.rack, -p.radius * 2 - 4];
    const frontPedal = polar(axle, p.crank, p.turn);
    const rearPedal = polar(axle, p.crank, p.turn + 180);
    const look = {
      tyre: p.tyre,
      spokes: Math.floor(p.spokes),
      phase: p.phase,
      hub: 0.13,
    };
    const frame = (points: readonly Point[], slot: Slot = "body") =>
      tube(polyline(points), slot, p.tube);
    const pedal = (at: Point) =>
      solid(
        polygon([
          add(at, [-4, -1.3]),
          add(at, [4, -1.3]),
          add(at, [4, 1.3]),
          add(at, [-4, 1.3]),
        ]),
        "third",
      );
    const guard = (hub: Point, from: number, to: number) =>
      tube(
        curve([0, 1, 2, 3, 4].map((i) =>
          polar(hub, p.radius + 2.6, from + (to - from) * i / 4)
        )),
        "second",
        1.6,
      );
    return {
      parts: [
        ...wheel(rear, p.radius, look),
        ...wheel(front, p.radius, look),
        ...(p.guard < 0.5
          ? []
          : [guard(rear, 180, 300), guard(front, 210, 320)]),
        tube(polyline([rack, [seat[0] - 2, rack[1]]]), "metal", 1.8),
        ink(polyline([mix(rack, [seat[0] - 2, rack[1]], 0.4), rear])),
        solid(
          polygon([
            add(rack, [-1, -3]),
            add(rack, [3, -3]),
            add(rack, [3, 3]),
            add(rack, [-1, 3]),
          ]),
          "lamp",
        ),
        tube(polyline([axle, rearPedal]), "metal", 2),
        pedal(rearPedal),
        frame([rear, axle]),
        frame([rear, seat]),
        frame([axle, fork]),
        frame([seat, mix(head, fork, 0.3)]),
        frame([axle, add(seat, [-p.post * 0.35, -p.post])]),
        tube(polyline([fork, front]), "second", p.tube),
        frame([stem, fork]),
        tube(curve([stem, bend, grip]), "metal", 2.2),
        solid(circle(grip, 2.6), "dark"),
        solid(circle(rear, 3.8), pick<Slot>(["metal", "third"], p.bar)),
        solid(circle(front, 2), "metal"),
        ink(polyline([add(rear, [0, -3.8]), add(axle, [0, -5.4])])),
        ink(polyline([add(rear, [0, 3.8]), add(axle, [0, 5.4])])),
        solid(circle(axle, 5.6), "third"),
        tube(polyline([axle, frontPedal]), "metal", 2),
        solid(circle(axle, 1.8), "metal"),
        pedal(frontPedal),
        solid(
          blob([
            saddleBack,
            add(saddle, [-p.saddle * 0.4, -2.4]),
            add(saddleNose, [-1, -1.2]),
            saddleNose,
            add(saddle, [0, 2.2]),
            add(saddleBack, [1, 4]),
          ]),
          "dark",
        ),
        solid(circle(lamp, 3.2), "lamp"),
      ],
      keypoints: {
        "rear hub": rear,
        "front hub": front,
        "crank axle": axle,
        "saddle nose": saddleNose,
        "saddle back": saddleBack,
        "seat tube top": seat,
        "head tube": head,
        "handlebar grip": grip,
        "headlamp": lamp,
        "rack end": rack,
        "front pedal": frontPedal,
        "rear pedal": rearPedal,
      },
    };
  },
});
