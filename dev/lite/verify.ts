import * as z from "zod";

const Verification = z.looseObject({ type: z.literal("email") });

/** lite knows the code of an e-mail as `magiclink`, the older name of what clients call `email`. */
export async function mendVerification(request: Request): Promise<Request> {
  if (request.method !== "POST" || !request.url.includes("/auth/v1/verify")) return request;
  const text = await request.text();
  const { headers, method, url } = request;
  const { data } = Verification.safeParse(parse(text));
  const body = data === undefined ? text : JSON.stringify({ ...data, type: "magiclink" });
  headers.delete("content-length");
  return new Request(url, { method, headers, body });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
