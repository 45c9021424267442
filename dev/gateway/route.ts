import { forward, isOurs } from "./request.ts";

type Service = (request: Request) => Promise<Response>;

/** What stands behind the gateway. */
export interface Services {
  rest: Service;
  auth: Service;
  redis: Service;
  functions: Service | undefined;
  /** What lies beside the services: the console. Absent is what it does not have. */
  console(request: Request): Promise<Response | undefined>;
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "content-range, content-location, preference-applied, proxy-status, x-total-count, link",
};

/** Below these lie services, whether this stack has them or not, and never a page. */
const SERVICE = /^\/(auth|functions|graphql|pg|realtime|redis|rest|storage)(\/|$)/;

/** Routes a request as the gateway of a hosted project does. `peer` is the socket's address. */
export async function route(request: Request, peer: string, to: Services): Promise<Response> {
  const url = new URL(request.url);
  if (!isOurs(url)) return refuse(421, `This stack does not serve the host ${url.hostname}`);
  const service = find(url, to);
  if (service === undefined) {
    const page = SERVICE.test(url.pathname) ? undefined : await to.console(request);
    return page ?? refuse(404, "There is no such service");
  }
  const browsable = service === to.rest || service === to.auth;
  if (browsable && request.method === "OPTIONS") return preflight(request);
  const key = browsable ? takeKey(url) : null;
  const inner = await forward(request, url, peer);
  if (key !== null) inner?.headers.set("apikey", key);
  const response = inner === undefined
    ? refuse(413, "The request body is too large")
    : await service(inner);
  return browsable ? withCors(response) : response;
}

/** The service at an address. A function's address becomes the one that the function sees. */
function find(url: URL, to: Services): Service | undefined {
  const [, name, version, ...path] = url.pathname.split("/");
  if (name === "redis") return to.redis;
  if (version !== "v1") return undefined;
  if (name === "rest" || name === "auth") return to[name];
  if (name !== "functions") return undefined;
  url.pathname = `/${path.join("/")}`;
  return to.functions;
}

/** A key may come in the query, where it must not be taken for a filter. */
function takeKey(url: URL): string | null {
  const key = url.searchParams.get("apikey");
  url.searchParams.delete("apikey");
  return key;
}

function preflight(request: Request): Response {
  const asked = request.headers.get("access-control-request-headers");
  return new Response(null, {
    headers: {
      ...CORS,
      "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
      "access-control-allow-headers": asked ?? "*",
      "access-control-max-age": "3600",
    },
  });
}

function withCors(response: Response): Response {
  for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
  return response;
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
