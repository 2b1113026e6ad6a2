/** Jobs to begin with. The longer ones are loaded when they are chosen. */
import hello from "./hello.yaml?raw";

const load = {
  hello: async () => hello,
  resnet: async () => (await import("../../../../../examples/pytorch_cifar10/Resnet18_cpu.yaml?raw")).default,
  resnetGpu: async () =>
    (await import("../../../../../examples/pytorch_cifar10/Resnet18_1gpu.yaml?raw")).default,
  ddp: async () => (await import("../../../../../examples/pytorch_ddp/ddp_gloo.yaml?raw")).default,
  horovod: async () => (await import("../../../../../examples/horovod/horovod_cpu.yaml?raw")).default,
  tensorboard: async () => (await import("../../../../../examples/tensorboard/tensorboard.yaml?raw")).default,
};

export type Example = keyof typeof load;
export const examples = Object.keys(load) as Example[];

export function exampleText(example: Example): Promise<string> {
  return load[example]();
}

export { hello };
