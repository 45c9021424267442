import { errors } from "jose";
import { Fault } from "../fault.ts";

const MALFORMED = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported];
const UNSIGNED = [
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

/** What a caller hears whose token jose refused. */
export function refusalOf(err: unknown): Fault {
  if (err instanceof Fault) return err;
  if (err instanceof errors.JWTExpired) {
    return new Fault("token_expired", "Refresh the session and try again.", { cause: err });
  }
  if (err instanceof errors.JWTClaimValidationFailed) {
    const detail = `The token's \`${err.claim}\` claim is not accepted.`;
    return new Fault("token_invalid", detail, { cause: err });
  }
  if (err instanceof errors.JOSEAlgNotAllowed) {
    return new Fault("token_invalid", "The token's algorithm is not accepted.", { cause: err });
  }
  if (UNSIGNED.some((kind) => err instanceof kind)) {
    return new Fault("token_invalid", "The token is not signed by whom it names.", { cause: err });
  }
  if (MALFORMED.some((kind) => err instanceof kind)) {
    return new Fault("token_invalid", "The token is malformed.", { cause: err });
  }
  // What is left is an unreachable or broken key set: our trouble, and nobody gets in meanwhile.
  return new Fault("internal", undefined, { cause: err });
}
