/** What the list of jobs shows is in its address, and only there. */
import { expect, test } from "vitest";
import { all, isFiltered, readView, type View, writeView } from "../src/pages/jobs/address";

const everything: View = {
  usernames: ["alice", "bob"],
  states: ["RUNNING", "FAILED"],
  clusters: ["vision"],
  keyword: "a & b, 100%~+",
  field: "totalGpuNumber",
  descending: false,
  page: 7,
  size: 100,
};

test("an address that was written is read as the same", () => {
  for (const view of [all, everything, { ...all, usernames: ["me"] }])
    expect(readView(writeView(view))).toEqual(view);
});

test("an address can be read by a person, and says only what is not as always", () => {
  expect(writeView(all)).toBe("?username=*");
  expect(writeView({ ...all, usernames: ["me"], states: ["RUNNING", "WAITING"], page: 2 })).toBe(
    "?username=me&state=RUNNING,WAITING&page=2",
  );
  expect(writeView({ ...all, field: "jobName" })).toBe("?username=*&order=jobName,DESC");
});

test("an address of OpenPAI or of a link means everybody's jobs where it names nobody", () => {
  expect(readView("?state=running&vc=default")).toEqual({
    ...all,
    states: ["RUNNING"],
    clusters: ["default"],
  });
});

test("what is wrong in an address is as if it were not there", () => {
  const wrong = "?state=ASLEEP,RUNNING&order=colour,ASC&page=-1&size=7";
  expect(readView(wrong)).toEqual({ ...all, states: ["RUNNING"] });
  for (const page of ["0", "1.5", "x", "1e99", ""]) expect(readView(`?page=${page}`).page).toBe(1);
});

test("whose jobs are shown is no filter: to clear all filters leaves it", () => {
  expect(isFiltered({ ...all, usernames: ["me"] })).toBe(false);
  for (const part of [{ keyword: "x" }, { states: all.states.concat("FAILED") }, { clusters: ["default"] }])
    expect(isFiltered({ ...all, ...part })).toBe(true);
});
