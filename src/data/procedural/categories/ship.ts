import type { Point } from "../../image_pair.ts";
import { type Blueprint, blueprint } from "../_blueprint.ts";
import { flat, ink, solid, tube } from "../_part.ts";
import { add, circle, curve, mix, polygon, polyline } from "../_path.ts";

/** A sailing boat with a cabin, heading to the right. */
export const ship: Blueprint = blueprint({
  category: "ship",
  keypoints: [
    "bow",
    "stern",
    "rudder tip",
    "keel tip",
    "mast foot",
    "mast top",
    "boom end",
    "jib corner",
    "pennant tip",
    "cabin front",
    "anchor",
    "rear porthole",
  ],
  ranges: {
    sheer: [3, 9],
    depth: [12, 18],
    stern: [4, 12],
    rake: [8, 18],
    keelX: [42, 56],
    keelDepth: [7, 14],
    rudder: [5, 12],
    mastX: [48, 60],
    mast: [58, 82],
    boomHeight: [10, 16],
    boom: [34, 44],
    belly: [-6, 5],
    jibTop: [0.55, 0.95],
    jibX: [24, 36],
    cabin: [12, 20],
    cabinHeight: [7, 10],
    pennant: [9, 15],
    droop: [-4, 4],
    battens: [2, 5],
    stripe: [0, 1],
  },
  draw: (p) => {
    const deck = (x: number): number =>
      -p.depth - p.sheer * ((x - 45) / 55) ** 2;
    const bow: Point = [100, deck(100)];
    const stern: Point = [2, deck(2)];
    const rudder: Point = [p.stern - 5, p.rudder];
    const keel: Point = [p.keelX, p.keelDepth];
    const foot: Point = [p.mastX, deck(p.mastX)];
    const top: Point = [p.mastX - 2, foot[1] - p.mast];
    const boomFoot: Point = [p.mastX, foot[1] - p.boomHeight];
    const boomEnd: Point = [p.mastX - p.boom, boomFoot[1] + 1.5];
    const jibHead = mix(foot, top, p.jibTop);
    const jib: Point = [p.mastX + p.jibX - 30, boomFoot[1] + 4];
    const tack: Point = [97, bow[1] - 1];
    const pennant = add(top, [-p.pennant, p.droop - 2]);
    const cabin: Point = [
      p.mastX - 4 - p.cabin * 0.2,
      deck(p.mastX) - p.cabinHeight + 1,
    ];
    const cabinX = cabin[0] - p.cabin;
    const porthole: Point = [19, -p.depth * 0.62];
    const anchor: Point = [84, -p.depth * 0.72];
    const sail = [
      mix(boomFoot, top, 0.97),
      mix(boomEnd, top, 0.5),
      boomEnd,
    ] as const;
    const leech = add(sail[1], [p.belly, p.belly * 0.4]);
    const battens = Array.from({ length: Math.floor(p.battens) }, (_, i) => {
      const t = 0.2 + 0.55 * i / Math.floor(p.battens);
      return ink(polyline([
        mix(boomFoot, top, t),
        mix(mix(boomEnd, leech, Math.min(1, 2 * t)), leech, 0.5),
      ]));
    });
    const clew = add(jib, [16, 0]);
    return {
      parts: [
        solid(
          polygon([
            [p.keelX + 12, -4],
            add(keel, [4, 0]),
            add(keel, [-6, 0]),
            [p.keelX - 12, -4],
          ]),
          "third",
        ),
        solid(
          polygon([
            [p.stern + 6, -6],
            add(rudder, [3, 0]),
            add(rudder, [-2, 0]),
            [p.stern - 4, -8],
          ]),
          "third",
        ),
        tube(polyline([foot, top]), "metal", 2.2),
        ink(polyline([top, tack])),
        ink(polyline([top, stern])),
        solid(
          [
            ["M", jibHead],
            ["L", tack],
            ["C", mix(tack, clew, 0.4), mix(tack, clew, 0.8), clew],
            [
              "C",
              add(mix(clew, jibHead, 0.35), [3, 0]),
              add(mix(clew, jibHead, 0.7), [3, 0]),
              jibHead,
            ],
            ["Z"],
          ],
          "second",
        ),
        solid(
          [
            ["M", sail[0]],
            ["L", boomFoot],
            ["L", boomEnd],
            ["C", mix(boomEnd, leech, 0.7), leech, sail[0]],
            ["Z"],
          ],
          "body",
        ),
        ...battens,
        tube(polyline([boomFoot, boomEnd]), "metal", 1.8),
        solid(circle(boomEnd, 1.8), "third"),
        solid(
          polygon([top, add(top, [0, 6]), pennant]),
          "third",
        ),
        solid(
          polygon([
            [cabinX, deck(cabinX) + 1],
            [cabinX + 2, cabin[1]],
            cabin,
            [cabin[0] + 5, deck(cabin[0]) + 1],
          ]),
          "metal",
        ),
        solid(
          polygon([
            [cabinX + 5, cabin[1] + 2],
            [cabin[0] - 3, cabin[1] + 2],
            [cabin[0] - 1, cabin[1] + 5],
            [cabinX + 5, cabin[1] + 5],
          ]),
          "glass",
        ),
        solid(
          [
            ["M", stern],
            ["L", [p.stern, -6]],
            ["C", [p.stern + 4, 0], [30, 1], [50, 1]],
            ["C", [75, 1], [98 - p.rake, -3], bow],
            ["C", [80, deck(76)], [60, deck(52)], [45, deck(45)]],
            ["C", [30, deck(40)], [15, deck(20)], stern],
            ["Z"],
          ],
          "body",
        ),
        ...(p.stripe < 0.5 ? [] : [
          flat(
            polygon([[6, -p.depth * 0.4], [92, -p.depth * 0.62], [
              89,
              -p.depth * 0.42,
            ], [7, -p.depth * 0.22]]),
            "second",
          ),
        ]),
        solid(circle(porthole, 3), "glass"),
        solid(circle(mix(porthole, anchor, 0.28), 2.2), "glass"),
        solid(circle(mix(porthole, anchor, 0.5), 2.2), "glass"),
        ink(polyline([add(anchor, [0, -5]), add(anchor, [0, 4])]), 1.6),
        ink(polyline([add(anchor, [-3, -3]), add(anchor, [3, -3])]), 1.2),
        ink(
          curve([
            add(anchor, [-4, 0]),
            add(anchor, [0, 4]),
            add(anchor, [4, 0]),
          ]),
          1.4,
        ),
      ],
      keypoints: {
        "bow": bow,
        "stern": stern,
        "rudder tip": rudder,
        "keel tip": keel,
        "mast foot": foot,
        "mast top": top,
        "boom end": boomEnd,
        "jib corner": clew,
        "pennant tip": pennant,
        "cabin front": cabin,
        "anchor": anchor,
        "rear porthole": porthole,
      },
    };
  },
});
