import 'onnxruntime-node'; console.log('onnxruntime-node', performance.now().toFixed(0))
