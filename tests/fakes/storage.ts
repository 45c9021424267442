/** A Supabase Storage with one private bucket, as far as we speak to it. */
export interface FakeStorage extends AsyncDisposable {
  url: string;
  /** What lies there, by id. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** From now on it answers nothing but 500. */
  fail(failing: boolean): void;
}

const OBJECT = /^\/storage\/v1\/object\/([^/]+)(?:\/(.+))?$/;

/** Starts one on a port of its own: what comes without the secret key is refused. */
export function startStorage(bucket: string, secretKey: string): FakeStorage {
  const objects = new Map<string, Uint8Array>();
  let failing = false;
  const answer = async (request: Request): Promise<Response> => {
    const [, inBucket, id] = OBJECT.exec(new URL(request.url).pathname) ?? [];
    if (request.headers.get("apikey") !== secretKey) return refuse(403, "Unauthorized");
    if (inBucket !== bucket) return refuse(404, "Bucket not found");
    if (failing) return refuse(500, "Internal");
    if (request.method === "DELETE" && id === undefined) {
      const { prefixes }: { prefixes: string[] } = await request.json();
      return Response.json(
        prefixes.filter((name) => objects.delete(name)).map((name) => ({ name })),
      );
    }
    if (id === undefined) return refuse(400, "No name");
    if (request.method === "POST") {
      if (objects.has(id)) return refuse(409, "The resource already exists");
      objects.set(id, new Uint8Array(await request.arrayBuffer()));
      return Response.json({ Id: crypto.randomUUID(), Key: `${bucket}/${id}` });
    }
    const bytes = objects.get(id);
    return bytes === undefined ? refuse(404, "Object not found") : new Response(bytes.slice());
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    objects,
    fail: (now) => failing = now,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function refuse(statusCode: number, message: string): Response {
  return Response.json({ statusCode: `${statusCode}`, error: message, message }, {
    status: statusCode === 500 ? 500 : 400,
  });
}
