import type { Shade } from '@/lib/theme'
import type { EChartsCoreOption } from 'echarts/core'

/** Strokes that tell lines apart where colours do not. */
const STROKES = ['solid', 'dashed', 'dotted'] as const

/** Series in tints of the accent and in greys, each of 3:1 on paper: the letters' hues are kept for responses. */
const SERIES_COLOURS: Record<Shade, string[]> = {
  light: ['#2456a6', '#6f92c9', '#565d68', '#868d99', '#1d2129'],
  dark: ['#8fb6f5', '#4f7cc4', '#a8b0bc', '#737b88', '#e3e6eb'],
}

const GRID = { left: 8, right: 20, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** What all charts share. */
export const CHART_DEFAULTS: EChartsCoreOption = {
  animation: false,
  aria: { enabled: true },
  grid: { ...GRID, top: 32, bottom: 4 },
}

/** ECharts' own theme in our colours. Reads the palette from the page, so call it in the browser. */
export function chartTheme(shade: Shade) {
  const text = { color: css('ink-2') }
  const line = { lineStyle: { color: css('line') } }
  const axis = { axisLine: line, axisTick: line, splitLine: line, axisLabel: text, nameTextStyle: text }
  return {
    color: SERIES_COLOURS[shade],
    textStyle: { ...text, fontFamily: css('font') },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: axis,
    legend: { textStyle: text },
    tooltip: { backgroundColor: css('paper'), borderColor: css('line'), textStyle: { color: css('ink') } },
  }
}

export interface BarSeries {
  name: string
  values: (number | null)[]
}

interface BarChart {
  names: readonly string[]
  series: readonly BarSeries[]
  /** One bar a name, its series on top of each other, instead of side by side */
  stacked?: boolean
  max?: number
  format: (value: number | null) => string
}

/** Pixels for each of so many names below the bars of a chart some 600 wide; longer ones are broken into lines. */
const nameWidth = (count: number) => Math.min(160, Math.floor(600 / Math.max(1, count)))

/** Bars by name. */
export function barOption({ names, series, stacked = false, max, format }: BarChart): EChartsCoreOption {
  return {
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: format },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { fontSize: 12 } },
    xAxis: {
      type: 'category',
      data: names,
      axisTick: { show: false },
      axisLabel: { interval: 0, width: nameWidth(names.length), overflow: 'break', fontSize: 11 },
    },
    yAxis: { type: 'value', max, axisLabel: { formatter: format, fontSize: 11 } },
    series: series.map(({ name, values }) => ({
      type: 'bar',
      name,
      data: values,
      stack: stacked ? 'all' : undefined,
      barMaxWidth: stacked ? 28 : 18,
    })),
  }
}

export interface LineSeries {
  name: string
  points: readonly (readonly [number, number])[]
}

interface LineChart {
  series: readonly LineSeries[]
  xName: string
  /** Dots on the points: for a few points that each mean something */
  dots?: boolean
  /** Dots only, not joined: for points that are no stages of one thing */
  apart?: boolean
  /** A stroke of its own for each line, where colours alone would have to tell them apart */
  apartByStroke?: boolean
  /** Begins the horizontal axis at 0 instead of at the first point */
  fromZero?: boolean
  format: (value: number | null) => string
}

/** Lines over a numeric axis; long ones are thinned out for drawing without losing their peaks. */
export function lineOption(chart: LineChart): EChartsCoreOption {
  const { series, xName, dots = false, apart = false, apartByStroke = false, fromZero = false, format } = chart
  return {
    tooltip: { trigger: 'axis', valueFormatter: format },
    legend: { show: series.length > 1, top: 0, left: 0, itemWidth: 16, itemHeight: 8, textStyle: { fontSize: 12 } },
    xAxis: {
      type: 'value',
      name: xName,
      nameLocation: 'middle',
      nameGap: 24,
      minInterval: 1,
      ...(fromZero ? { min: 0 } : { min: 'dataMin', max: 'dataMax' }),
      axisLabel: { fontSize: 11, hideOverlap: true },
    },
    yAxis: { type: 'value', scale: true, axisLabel: { formatter: format, fontSize: 11 } },
    grid: { ...GRID, top: series.length > 1 ? 32 : 12, bottom: 24 },
    series: series.map(({ name, points }, index) => ({
      type: 'line',
      name,
      data: points,
      showSymbol: dots || apart,
      symbolSize: 7,
      sampling: 'minmax',
      lineStyle: { width: apart ? 0 : 1.5, type: apartByStroke ? STROKES[index % STROKES.length] : 'solid' },
    })),
  }
}

export interface DaySeries {
  name: string
  /** One for each day; null where nothing is known, which leaves a gap */
  values: (number | null)[]
}

interface DayChart {
  days: readonly string[]
  series: readonly DaySeries[]
  max?: number
  format: (value: number | null) => string
}

/** Lines over days. */
export function daysOption({ days, series, max, format }: DayChart): EChartsCoreOption {
  return {
    tooltip: { trigger: 'axis', valueFormatter: format },
    legend: { top: 0, left: 0, itemWidth: 24, itemHeight: 8, textStyle: { fontSize: 12 } },
    xAxis: { type: 'category', data: days, axisTick: { show: false }, axisLabel: { fontSize: 11, hideOverlap: true } },
    yAxis: { type: 'value', min: 0, max, axisLabel: { formatter: format, fontSize: 11 } },
    series: series.map(({ name, values }, index) => ({
      type: 'line',
      name,
      data: values,
      symbolSize: 5,
      lineStyle: { width: 1.5, type: STROKES[index % STROKES.length] },
    })),
  }
}

export interface BandSeries {
  name: string
  /** One for each place on the axis; null where nothing is known */
  points: readonly ({ value: number; low: number; high: number } | null)[]
}

/** Some points of the first series that mean something by themselves, told by their shape. */
export interface Marks {
  name: string
  symbol: 'diamond' | 'triangle'
  /** One for each place on the axis; null where there is no mark */
  values: readonly (number | null)[]
}

interface BandChart {
  names: readonly string[]
  series: readonly BandSeries[]
  marks?: readonly Marks[]
  xName: string
  /** A line across, where nothing would show */
  even?: number
  min?: number
  max?: number
  format: (value: number | null) => string
}

/** Lines over places on an axis, each with its interval as a band behind it. */
export function bandOption({ names, series, marks = [], xName, even, min, max, format }: BandChart): EChartsCoreOption {
  return {
    tooltip: {
      trigger: 'axis',
      // Names may come from people: drawn as text, they are never taken for markup.
      renderMode: 'richText',
      formatter: (rows: { dataIndex: number }[]) => bandTip(rows[0]?.dataIndex ?? 0, names, series, format),
    },
    legend: { show: series.length > 1, top: 0, left: 0, itemWidth: 16, itemHeight: 8, textStyle: { fontSize: 12 } },
    grid: { ...GRID, top: series.length > 1 ? 32 : 12, bottom: 24 },
    xAxis: {
      type: 'category',
      data: names,
      name: xName,
      nameLocation: 'middle',
      nameGap: 26,
      axisTick: { show: false },
      axisLabel: { fontSize: 11, hideOverlap: true },
    },
    yAxis: { type: 'value', scale: true, min, max, axisLabel: { formatter: format, fontSize: 11 } },
    series: [
      ...series.flatMap(bandLines),
      ...marks.map(markLine),
      ...(even === undefined ? [] : [evenLine(names, even)]),
    ],
  }
}

/** The line, and its band as two stacked areas, the lower one unseen. Of one name, they are of one colour. */
function bandLines({ name, points }: BandSeries, index: number) {
  const unseen = { type: 'line', name, stack: `band-${index}`, symbol: 'none', silent: true, lineStyle: { width: 0 } }
  return [
    { ...unseen, data: points.map((point) => point?.low ?? null) },
    {
      ...unseen,
      data: points.map((point) => (point === null ? null : point.high - point.low)),
      areaStyle: { opacity: 0.18 },
    },
    {
      type: 'line',
      name,
      data: points.map((point) => point?.value ?? null),
      symbolSize: 6,
      lineStyle: { width: 1.5, type: STROKES[index % STROKES.length] },
    },
  ]
}

function markLine({ name, symbol, values }: Marks) {
  return { type: 'line', name, data: values, symbol, symbolSize: 13, lineStyle: { width: 0 }, z: 4 }
}

function evenLine(names: readonly string[], even: number) {
  const lineStyle = { width: 1, type: 'dotted', color: '#868d99' }
  return { type: 'line', data: names.map(() => even), symbol: 'none', silent: true, lineStyle }
}

function bandTip(
  place: number,
  names: readonly string[],
  series: readonly BandSeries[],
  format: (value: number | null) => string,
): string {
  const lines = series.map(({ name, points }) => {
    const point = points[place]
    return point ? `${name}  ${format(point.value)}  [${format(point.low)}, ${format(point.high)}]` : name
  })
  return [names[place], ...lines].join('\n')
}
