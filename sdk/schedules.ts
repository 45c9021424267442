import type { Api } from "./api.ts";
import type { Listing } from "./listing.ts";
import type { NewSchedule, Schedule, ScheduleChange } from "./wire.ts";

/** How a cron line is read. */
export interface PreviewOptions {
  /** A name of the IANA database. */
  timeZone?: string | undefined;
  /** How many moments. */
  limit?: number | undefined;
}

/** When an agent begins by itself. */
export class Schedules {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(agent: string): Listing<Schedule> {
    return this.#api.list("/agents/{name}/schedules", { params: { name: agent } });
  }

  /** Adds a schedule. */
  create(agent: string, schedule: NewSchedule): Promise<Schedule> {
    return this.#api.request("POST", "/agents/{name}/schedules", {
      params: { name: agent },
      body: schedule,
    });
  }

  /** A schedule, by its name. */
  get(agent: string, schedule: string): Promise<Schedule> {
    return this.#api.request("GET", "/agents/{name}/schedules/{schedule}", {
      params: { name: agent, schedule },
    });
  }

  /** Changes what is given, and leaves the rest. */
  update(agent: string, schedule: string, change: ScheduleChange): Promise<Schedule> {
    return this.#api.request("PATCH", "/agents/{name}/schedules/{schedule}", {
      params: { name: agent, schedule },
      body: change,
    });
  }

  /** Deletes a schedule; what it queued already runs. */
  remove(agent: string, schedule: string): Promise<void> {
    return this.#api.request("DELETE", "/agents/{name}/schedules/{schedule}", {
      params: { name: agent, schedule },
    });
  }

  /** The next moments of a cron line in a time zone (UTC if left out), before any of it is kept. */
  async preview(agent: string, cron: string, options: PreviewOptions = {}): Promise<string[]> {
    const query = { cron, time_zone: options.timeZone, limit: options.limit };
    const { data } = await this.#api.request("GET", "/agents/{name}/schedules/preview", {
      params: { name: agent },
      query,
    });
    return data;
  }
}
