import type { Blueprint } from "./_blueprint.ts";
import { airplane } from "./categories/airplane.ts";
import { bicycle } from "./categories/bicycle.ts";
import { bird } from "./categories/bird.ts";
import { car } from "./categories/car.ts";
import { chair } from "./categories/chair.ts";
import { dog } from "./categories/dog.ts";
import { fish } from "./categories/fish.ts";
import { lamp } from "./categories/lamp.ts";
import { ship } from "./categories/ship.ts";
import { teapot } from "./categories/teapot.ts";

/** Every category, in alphabetical order. */
export const blueprints: readonly Blueprint[] = [
  airplane,
  bicycle,
  bird,
  car,
  chair,
  dog,
  fish,
  lamp,
  ship,
  teapot,
];
