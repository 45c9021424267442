import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { roundUp } from "./scale.ts";

/** How a stretch of a bar is drawn. */
export type Tint = "good" | "bad" | "warn" | "idle" | "busy";

/** One thing that is drawn over all places of a chart. */
export interface Series {
  readonly name: string;
  readonly tint: Tint;
  /** One a place; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 52;
const BOTTOM = 24;
const TOP = 8;
const PLOT_WIDTH = WIDTH - LEFT;
const PLOT_HEIGHT = HEIGHT - BOTTOM - TOP;

interface ChartProps {
  readonly title: string;
  /** What stands below each place. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
  /** How a value is said. */
  readonly say?: (value: number) => string;
}

/** Bars of stretches on each other, one a place; what they say is a table, too. */
export function BarChart(props: ChartProps) {
  const { places, series, say = String } = props;
  const sums = places.map((_, at) =>
    series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0)
  );
  const most = roundUp(Math.max(0, ...sums));
  const step = PLOT_WIDTH / Math.max(1, places.length);
  return (
    <Frame {...props} most={most}>
      {places.map((place, at) => {
        let below = 0;
        return series.map(({ name, tint, values }) => {
          const value = values[at] ?? 0;
          const height = most === 0 ? 0 : value / most * PLOT_HEIGHT;
          below += height;
          if (value === 0) return null;
          return (
            <rect
              key={`${name} ${place}`}
              class={`tint-${tint}`}
              x={LEFT + at * step + step * 0.15}
              y={TOP + PLOT_HEIGHT - below}
              width={step * 0.7}
              height={Math.max(1, height)}
            >
              <title>{`${place}: ${name} ${say(value)}`}</title>
            </rect>
          );
        });
      })}
    </Frame>
  );
}

/** A line for each series; where nothing is known it is interrupted. */
export function LineChart(props: ChartProps) {
  const { places, series, say = String } = props;
  const most = roundUp(
    Math.max(0, ...series.flatMap(({ values }) => values.map((each) => each ?? 0))),
  );
  const step = PLOT_WIDTH / Math.max(1, places.length);
  const point = (value: number, at: number) => ({
    x: LEFT + (at + 0.5) * step,
    y: TOP + PLOT_HEIGHT - (most === 0 ? 0 : value / most * PLOT_HEIGHT),
  });
  return (
    <Frame {...props} most={most}>
      {series.map(({ name, tint, values }) => {
        const known = values.map((value, at) =>
          value === null ? null : { value, ...point(value, at) }
        );
        const path = known.map((spot, at) =>
          spot && `${known[at - 1] ? "L" : "M"}${spot.x.toFixed(1)} ${spot.y.toFixed(1)}`
        );
        return (
          <g key={name} class={`line-${tint}`}>
            <path d={path.filter(Boolean).join(" ")} />
            {known.map((spot, at) =>
              spot && (
                <circle key={places[at]} cx={spot.x} cy={spot.y} r="3">
                  <title>{`${places[at]}: ${name} ${say(spot.value)}`}</title>
                </circle>
              )
            )}
          </g>
        );
      })}
    </Frame>
  );
}

function Frame({ title, places, series, say = String, most, children }: ChartProps & {
  most: number;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <figure class="chart">
      <figcaption id={id}>
        {title}
        <span class="legend">
          {series.map(({ name, tint }) => (
            <span key={name}>
              <i class={`tint-${tint}`} aria-hidden="true" />
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
        <Axes places={places} most={most} say={say} />
        {children}
      </svg>
      <details>
        <summary>As a table</summary>
        <NumberTable title={title} places={places} series={series} say={say} />
      </details>
    </figure>
  );
}

function Axes({ places, most, say }: {
  places: readonly string[];
  most: number;
  say: (value: number) => string;
}) {
  const step = PLOT_WIDTH / Math.max(1, places.length);
  const every = Math.ceil(places.length / 8);
  return (
    <g class="axes" aria-hidden="true">
      {[0, 0.5, 1].map((part) => (
        <g key={part}>
          <line
            x1={LEFT}
            x2={WIDTH}
            y1={TOP + PLOT_HEIGHT * (1 - part)}
            y2={TOP + PLOT_HEIGHT * (1 - part)}
          />
          <text x={LEFT - 6} y={TOP + PLOT_HEIGHT * (1 - part) + 4} text-anchor="end">
            {say(most * part)}
          </text>
        </g>
      ))}
      {places.map((place, at) =>
        at % every === 0 && (
          <text key={place} x={LEFT + (at + 0.5) * step} y={HEIGHT - 6} text-anchor="middle">
            {place}
          </text>
        )
      )}
    </g>
  );
}

function NumberTable({ title, places, series, say }: Required<ChartProps>) {
  return (
    <div class="table" role="region" aria-label={title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            {series.map(({ name }) => <th key={name} scope="col" class="end">{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {places.map((place, at) => (
            <tr key={place}>
              <th scope="row">{place}</th>
              {series.map(({ name, values }) => {
                const value = values[at] ?? null;
                return (
                  <td key={name} class="end" data-head={name}>
                    {value === null ? "–" : say(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
