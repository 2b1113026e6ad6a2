import { isJson } from "../model/path";
import type { Schema } from "../model/schema";

const text = { type: "string" };
const truth = { type: "boolean" };
const mapping = (properties: Schema): Schema => ({ type: "object", properties });

/** What the platform reads of `extras`, which the schema leaves free: for suggestions alone, anything else may stand there too. */
const extras = mapping({
  gangAllocation: truth,
  lockImages: truth,
  stopGracePeriodSeconds: { type: "number" },
  hivedScheduler: mapping({
    jobPriorityClass: { enum: ["crit", "prod", "test", "oppo"] },
    lazyPreemptionEnable: truth,
    taskRoles: {
      type: "object",
      additionalProperties: mapping({ skuType: text, pinnedCellId: text, affinityGroupName: text }),
    },
  }),
  storages: { type: "array", items: mapping({ name: text, mountPath: text }) },
  "com.microsoft.pai.runtimeplugin": {
    type: "array",
    items: mapping({
      plugin: { enum: ["ssh", "tensorboard", "cmd"] },
      parameters: mapping({
        jobssh: truth,
        sshbarrier: truth,
        sshbarrierTimeout: { type: "number" },
        userssh: mapping({ type: { const: "custom" }, value: text }),
        logdir: { type: "object" },
        port: { type: "integer" },
        preCommands: { type: "array" },
        postCommands: { type: "array" },
      }),
      taskroles: { type: "array" },
      failurePolicy: { enum: ["fail", "ignore"] },
    }),
  },
});

/** The schema with what is known of `extras`. */
export function withExtras(schema: Schema): Schema {
  const properties = isJson(schema.properties) ? schema.properties : {};
  return {
    ...schema,
    properties: { ...properties, extras: { ...extras, description: describe(properties.extras) } },
  };
}

function describe(schema: unknown): unknown {
  return isJson(schema) ? schema.description : undefined;
}
