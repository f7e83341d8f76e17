import { referenceBackend } from "../../src/backends/reference.ts";
import { backendSuite } from "./_backend_suite.ts";

// Its numbers agree with themselves: this runs the suite's promises beside them.
backendSuite("reference", () => Promise.resolve(referenceBackend()));
