import type { EChartsCoreOption } from 'echarts/core'

type Format = (value: number | null) => string

const SMALL_TEXT = { fontSize: 11 }
const LEGEND = { top: 0, left: 0, itemWidth: 16, itemHeight: 8, textStyle: { fontSize: 12 } }
const GRID = { left: 8, right: 24, top: 32, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }
/** Shapes and strokes that tell series apart where colours do not. */
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle'] as const
const STROKES = ['solid', 'dashed', 'dotted'] as const

const symbol = (index: number) => SYMBOLS[index % SYMBOLS.length]
const stroke = (index: number) => STROKES[index % STROKES.length]

/** A measured value with its 95% interval, where there is one, at a place on the horizontal axis. */
export interface Estimate {
  x: number
  value: number
  interval: readonly [number, number] | null
  name: string
}

interface EstimateSeries {
  name: string
  points: readonly Estimate[]
}

interface ScalingChart {
  series: readonly EstimateSeries[]
  xName: string
  format: Format
  formatX: Format
}

/** The part of ECharts' drawing interface that a whisker needs. */
interface Drawing {
  value: (dimension: number) => number
  coord: (point: [number, number]) => [number, number]
  visual: (name: 'color') => string
}

/** Series at the same x stand beside each other, pixels apart. */
const beside = (index: number) => (index % 2 === 0 ? -5 : 5)

/** Draws whiskers from the low to the high end of an interval, data being [x, low, high]. */
const whisker = (offset: number) => (_: unknown, drawing: Drawing) => {
  const [at, low] = drawing.coord([drawing.value(0), drawing.value(1)])
  const x = at + offset
  const [, high] = drawing.coord([drawing.value(0), drawing.value(2)])
  const style = { stroke: drawing.visual('color'), lineWidth: 1.5 }
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line',
    shape: { x1, y1, x2, y2 },
    style,
  })
  return { type: 'group', children: [line(x, low, x, high), line(x - 4, low, x + 4, low), line(x - 4, high, x + 4, high)] }
}

/** Estimates as shapes with whiskers, those of one place beside each other. */
function estimates(series: readonly EstimateSeries[], format: Format) {
  return {
    tooltip: { trigger: 'item' },
    legend: { ...LEGEND, data: series.map(({ name }) => name) },
    series: series.flatMap(({ name, points }, index) => [
      {
        type: 'line',
        name,
        data: points.map((point) => ({ name: point.name, value: [point.x, point.value] })),
        symbol: symbol(index),
        symbolSize: 9,
        symbolOffset: [beside(index), 0],
        lineStyle: { width: 0 },
        tooltip: { valueFormatter: (value: unknown) => format(Array.isArray(value) ? Number(value[1]) : null) },
      },
      {
        type: 'custom',
        name,
        data: points.flatMap(({ x, interval }) => (interval ? [[x, ...interval]] : [])),
        encode: { x: 0, y: [1, 2] },
        renderItem: whisker(beside(index)),
        silent: true,
        tooltip: { show: false },
      },
    ]),
  }
}

/** Estimates with whiskers against a quantity on a logarithmic axis. */
export function scalingOption({ series, xName, format, formatX }: ScalingChart): EChartsCoreOption {
  return {
    ...estimates(series, format),
    grid: GRID,
    xAxis: {
      type: 'log',
      name: xName,
      nameLocation: 'middle',
      nameGap: 24,
      axisLabel: { ...SMALL_TEXT, formatter: formatX, hideOverlap: true },
    },
    yAxis: { type: 'value', scale: true, axisLabel: { ...SMALL_TEXT, formatter: format } },
  }
}

interface NamedEstimates {
  names: readonly string[]
  /** x of a point is the place of its name */
  series: readonly EstimateSeries[]
  format: Format
}

/** Estimates with whiskers by name. */
export function estimatesOption({ names, series, format }: NamedEstimates): EChartsCoreOption {
  return {
    ...estimates(series, format),
    grid: { ...GRID, bottom: 4 },
    xAxis: { type: 'category', data: names, axisTick: { show: false }, axisLabel: { ...SMALL_TEXT, interval: 0 } },
    yAxis: { type: 'value', scale: true, axisLabel: { ...SMALL_TEXT, formatter: format } },
  }
}

interface Radar {
  axes: readonly string[]
  series: readonly { name: string; values: readonly (number | null)[] }[]
  format: Format
}

/** Shares of 1 by name, a closed line for each series. */
export function radarOption({ axes, series, format }: Radar): EChartsCoreOption {
  return {
    tooltip: { trigger: 'item', valueFormatter: format },
    legend: { ...LEGEND, type: 'plain' },
    radar: { indicator: axes.map((name) => ({ name, min: 0, max: 1 })), radius: '62%', center: ['50%', '58%'], axisName: SMALL_TEXT },
    series: [
      {
        type: 'radar',
        data: series.map(({ name, values }, index) => ({
          name,
          value: values.map((value) => value ?? 0),
          symbol: symbol(index),
          lineStyle: { width: 1.5, type: stroke(index) },
        })),
      },
    ],
  }
}

interface Reliability {
  series: readonly { name: string; points: readonly (readonly [number, number])[] }[]
  diagonal: string
  xName: string
  format: Format
}

/** How often a model was right against how sure it was; on the diagonal it is as sure as it may be. */
export function reliabilityOption({ series, diagonal, xName, format }: Reliability): EChartsCoreOption {
  const ideal = { type: 'line', name: diagonal, data: [[0.5, 0.5], [1, 1]], symbol: 'none', lineStyle: { type: 'dotted' } }
  return {
    tooltip: { trigger: 'item', valueFormatter: format },
    legend: LEGEND,
    grid: GRID,
    xAxis: { type: 'value', min: 0.5, max: 1, name: xName, nameLocation: 'middle', nameGap: 24, axisLabel: SMALL_TEXT },
    yAxis: { type: 'value', min: 0, max: 1, axisLabel: { ...SMALL_TEXT, formatter: format } },
    series: [
      ...series.map(({ name, points }, index) => ({
        type: 'line',
        name,
        data: points,
        symbol: symbol(index),
        symbolSize: 8,
        lineStyle: { width: 1.5, type: stroke(index) },
      })),
      ideal,
    ],
  }
}
