import * as z from "zod";
import { limitsOf } from "../sandbox/schema.ts";

/** One label of a host name. */
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** `api.example.com`; `*.example.com` for exactly one label more; `**.example.com` for any number. */
const HOST = new RegExp(
  `^(?:\\*{1,2}\\.)?${LABEL}(?:\\.${LABEL})*\\.[a-z][a-z0-9-]*[a-z0-9]$|^\\*\\*$`,
);
/** `/v1/things`; `*` stands for one segment, `**` at the end for all that is left. */
const PATH =
  /^(?:\/(?:\*|[\w.~!$&'()+,;=:@%-]+))*\/(?:\*\*)?$|^(?:\/(?:\*|[\w.~!$&'()+,;=:@%-]+))+$/;

const Count = z.int().min(0).max(2 ** 31 - 1);

/** The methods that a rule can grant. */
export const Method = z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** Which hosts a rule or a secret is for, in whole labels; `**` is every public host. */
export const HostPattern = z.string().max(253).regex(
  HOST,
  "must be a host like api.example.com, *.example.com, **.example.com or **, in lower case and " +
    "without scheme, port or path",
);

/** Which paths a rule is for. */
const PathPattern = z.string().max(500).regex(
  PATH,
  "must be a path like /v1/items, with * for one whole segment and ** only at its end, and " +
    "without query or fragment",
);

/** The name of a secret. */
export const SecretName = z.string().regex(
  /^[A-Z][A-Z0-9_]{0,63}$/,
  "must be the name of a secret like API_TOKEN: capitals, digits and _, at most 64",
);

/** Whether a person has to say yes to each call. */
const Approval = z.enum(["none", "required"]).default("none");

/** A secret that the broker puts into a request header, where the program never sees it. */
const Injection = z.strictObject({
  name: SecretName,
  header: z.string()
    .regex(/^[a-z0-9-]{1,64}$/, "must be the name of a header in lower case, like x-api-key")
    .default("authorization"),
  prefix: z.string()
    .regex(/^[\x20-\x7e]{0,32}$/, "must be at most 32 printable characters of ASCII")
    .default("Bearer "),
});

/** Where requests may go, and how. */
const FetchRule = z.strictObject({
  host: HostPattern,
  port: z.int().min(1).max(65_535).default(443),
  methods: z.array(Method).min(1).max(6).default(["GET", "HEAD"]),
  paths: z.array(PathPattern).min(1).max(50).default(["/**"]),
  secret: Injection.optional(),
});
export type FetchRule = z.infer<typeof FetchRule>;

const Fetch = z.strictObject({
  rules: z.array(FetchRule).min(1).max(50),
  max_calls: Count.default(50),
  max_bytes: Count.default(8 * 1024 * 1024)
    .meta({ description: "Of all requests and responses of one run together" }),
  approval: Approval,
});

const Files = z.strictObject({
  access: z.enum(["read", "write"]).default("write"),
  max_bytes: Count.default(16 * 1024 * 1024).meta({ description: "Of the whole workspace" }),
  max_files: Count.default(500),
  approval: Approval,
});

const Shell = z.strictObject({
  commands: z.array(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be a command's name alone, like grep"),
  ).min(1).max(100),
  max_ms: Count.default(2_000).meta({ description: "Of one command line" }),
  approval: Approval,
});

/** A model, with who runs it in front. */
export const ModelName = z.string().regex(
  /^(?:openai|anthropic)\/[\w.:-]{1,100}$/,
  "must be a model's whole name after openai/ or anthropic/, like openai/gpt-5-mini",
);

const Llm = z.strictObject({
  models: z.array(ModelName).min(1).max(50),
  max_tokens: Count.default(50_000).meta({ description: "In and out together, of one run" }),
  max_microusd_per_day: Count.default(1_000_000),
  secret: SecretName.optional().meta({ description: "A key of one's own for the provider" }),
  approval: Approval,
});

const Search = z.strictObject({
  max_calls: Count.default(10),
  max_results: z.int().min(1).max(50).default(10),
  approval: Approval,
});

/** A repository, or all of an owner's, or all. */
const RepositoryPattern = z.string().regex(
  /^(?:\*\/\*|[\w.-]{1,100}\/(?:\*|[\w.-]{1,100}))$/,
  "must be a repository like owner/name, owner/* or */*",
);

const Github = z.strictObject({
  repositories: z.array(RepositoryPattern).min(1).max(100),
  max_calls: Count.default(50),
  secret: SecretName.optional().meta({ description: "A token of one's own that only reads" }),
  approval: Approval,
});

const Email = z.strictObject({
  domains: z.array(HostPattern).min(1).max(50),
  max_messages_per_day: Count.default(20),
  approval: Approval,
});

const Amount = z.int().min(1);

/**
 * What an agent's code may do beside computing. What is not in here is denied; the same shape is
 * the operator's ceiling. In the database every field is written out.
 */
export const Policy = z.strictObject({
  fetch: Fetch.optional(),
  files: Files.optional(),
  shell: Shell.optional(),
  llm: Llm.optional(),
  search: Search.optional(),
  github: Github.optional(),
  email: Email.optional(),
  limits: z.strictObject(limitsOf(Amount)).partial().optional()
    .meta({
      description:
        "Less than the engine's defaults; of `wall_ms` also more, up to the engine's ceiling",
    }),
  approval_seconds: z.int().min(10).max(600).default(120)
    .meta({ description: "How long a call waits for a person" }),
}).meta({ id: "Policy" });
export type Policy = z.infer<typeof Policy>;

/** The parts of a policy that grant a tool. */
export type Grant = "fetch" | "files" | "shell" | "llm" | "search" | "github" | "email";

/** What no grant stands in: nothing can be called. */
export const NO_POLICY: Policy = Policy.parse({});
