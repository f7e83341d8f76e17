import "@simsc/core/data";
import "@simsc/core/runs";
console.log(performance.now().toFixed(0));
