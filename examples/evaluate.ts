import process from "node:process";
import * as TE from "fp-ts/TaskEither";
