import type { Blueprint } from "./_blueprint.ts";
import { airplane } from "./categories/_airplane.ts";
import { bicycle } from "./categories/_bicycle.ts";
import { bird } from "./categories/_bird.ts";
import { car } from "./categories/_car.ts";
import { chair } from "./categories/_chair.ts";
import { dog } from "./categories/_dog.ts";
import { fish } from "./categories/_fish.ts";
import { lamp } from "./categories/_lamp.ts";
import { ship } from "./categories/_ship.ts";
import { teapot } from "./categories/_teapot.ts";

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
