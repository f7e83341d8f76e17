import "fp-ts/TaskEither";
import "fflate";
import "pure-rand/generator/xoroshiro128plus";
console.log(performance.now().toFixed(0));
