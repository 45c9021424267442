import type { Edit } from "./edits.ts";

/** Ways in which what is counted could be wrong. */
export const METRICS_EDITS: readonly Edit[] = [
  ["metrics", "app.read_metrics", "perform app.require('metrics:read');", ""],
  ["metrics", "app.is_metric_batch", "0 <= all (s.sums) and ", ""],
  ["metrics", "app.is_metric_batch", "s.name !~ '^cloister_[a-z_]{1,80}$' or ", ""],
  ["metrics", "app.is_metric_batch", "not app.are_labels(s.labels)", "false"],
  ["metrics", "public.record_metrics", "if not found then", "if false then"],
  ["metrics", "app.fold_counts", "app.added(k.sums, excluded.sums)", "excluded.sums"],
  [
    "metrics",
    "app.tidy_metrics",
    "delete from app.metric_batches",
    "perform from app.metric_batches",
  ],
  ["metrics", "app.gauged", "where g.at > now() - interval '1 minute'", ""],
];
