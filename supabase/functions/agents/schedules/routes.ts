import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, ByName } from "../agents/schema.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";
import { changeSchedule, createSchedule } from "./write.ts";

const {
  BySchedule,
  NewSchedule,
  Preview,
  PreviewQuery,
  Schedule,
  ScheduleChange,
  ScheduleId,
  ScheduleQuery,
} = schema;

/** Schedules: when agents run by themselves. */
export const schedules: readonly Route[] = [
  route({
    method: "get",
    path: "/:name/schedules",
    summary: "List an agent's schedules, newest first",
    accept: z.object({ params: ByName, query: ScheduleQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(Schedule),
    faults: ["invalid_cursor"],
  }, async ({ params: { name }, query }, { db, caller: { userId }, platform }) => {
    const agent = await findAgent(db, userId, name);
    const agentId = AgentId.parse(agent.id);
    return paginate(platform.cursors, query, {
      list: `schedules/${agent.id}`,
      user: userId,
      key: ({ id }: schema.Schedule) => ScheduleId.parse(id),
      fetch: (page) => repo.listSchedules(db, { agentId, ...page }),
    });
  }),
  route({
    method: "post",
    path: "/:name/schedules",
    summary: "Let an agent run by the clock; needs agents:execute, too",
    accept: z.object({ params: ByName, body: NewSchedule }),
    needs: "agents:write",
    budget: "write",
    status: 201,
    reply: Schedule,
    faults: ["invalid_input", "agent_quarantined", "schedule_taken", "too_many_schedules"],
  }, async ({ params: { name }, body }, { db, reply }) => {
    const made = await createSchedule(db, name, body);
    reply("location", `/functions/v1/agents/${name}/schedules/${made.name}`);
    return made;
  }),
  route({
    method: "get",
    path: "/:name/schedules/preview",
    summary: "Say when a cron line would fire next",
    accept: z.object({ params: ByName, query: PreviewQuery }),
    needs: "agents:read",
    budget: "read",
    reply: Preview,
  }, async ({ params: { name }, query }, { db, caller: { userId } }) => {
    await findAgent(db, userId, name);
    return { data: await repo.previewSchedule(db, query) };
  }),
  route({
    method: "get",
    path: "/:name/schedules/:schedule",
    summary: "Get a schedule",
    accept: z.object({ params: BySchedule }),
    needs: "agents:read",
    budget: "read",
    reply: Schedule,
  }, async ({ params: { name, schedule } }, { db, caller: { userId } }) => {
    const agent = await findAgent(db, userId, name);
    return repo.findSchedule(db, AgentId.parse(agent.id), schedule);
  }),
  route(
    {
      method: "patch",
      path: "/:name/schedules/:schedule",
      summary: "Change a schedule, or switch it off or on; needs agents:execute, too",
      accept: z.object({ params: BySchedule, body: ScheduleChange }),
      needs: "agents:write",
      budget: "write",
      reply: Schedule,
      faults: ["invalid_input", "agent_quarantined", "made_by_other_key"],
    },
    ({ params: { name, schedule }, body }, { db }) =>
      changeSchedule(db, { agent: name, schedule }, body),
  ),
  route(
    {
      method: "delete",
      path: "/:name/schedules/:schedule",
      summary: "End a schedule; runs that it has queued go on; needs agents:execute, too",
      accept: z.object({ params: BySchedule }),
      needs: "agents:write",
      budget: "write",
      status: 204,
      faults: ["agent_quarantined"],
    },
    ({ params: { name, schedule } }, { db }) => repo.deleteSchedule(db, { agent: name, schedule }),
  ),
];
