import cluster from "./cluster.json";
import common from "./common.json";
import home from "./home.json";
import images from "./images.json";
import job from "./job.json";
import jobs from "./jobs.json";
import logs from "./logs.json";
import shell from "./shell.json";
import signIn from "./signIn.json";
import state from "./state.json";
import submit from "./submit.json";

export const texts = { cluster, common, home, images, job, jobs, logs, shell, signIn, state, submit };
