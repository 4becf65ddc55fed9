import { previewQuery, useConfirmMargin, type Preview, type Recipe } from '@/api/recipes'
import { Chart } from '@/components/charts/Chart'
import { barOption } from '@/components/charts/options'
import { Failure } from '@/components/Failure'
import { Fates } from '@/components/lineage/Fates'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { Button, InputNumber, Slider } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSettled } from './useSettled'
import styles from './recipes.module.css'

const SETTLE_MS = 120
const SLIDER_STEPS = 100

interface Props {
  recipe: Recipe
  /** What the margin of the recipe leaves */
  figures: Preview
}

/** What of the judges' comparisons is kept; while the recipe waits for a person, for any margin they try. */
export function Sifting({ recipe, figures }: Props) {
  const { t } = useTranslation()
  const deciding = recipe.state === 'deciding'
  const [margin, setMargin] = useState(recipe.margin)
  const asked = useSettled(margin, SETTLE_MS)
  const query = useQuery({ ...previewQuery(recipe.id, asked), enabled: deciding && asked !== recipe.margin })
  const shown = deciding && asked !== recipe.margin ? (query.data ?? figures) : figures
  return (
    <Section title={t('recipes.sifting')} testid="recipe-sifting">
      {deciding && <Margin recipe={recipe} figures={shown} margin={margin} onChange={setMargin} />}
      <Failure error={query.error} />
      <div className={styles.sifted} aria-busy={query.isFetching} aria-live="polite">
        <Fates counts={shown.counts} total={shown.n_comparisons} />
        <Groups figures={shown} />
      </div>
    </Section>
  )
}

interface MarginProps extends Props {
  margin: number
  onChange: (margin: number) => void
}

function Margin({ recipe, figures, margin, onChange }: MarginProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const confirm = useConfirmMargin(recipe.id)
  const end = Math.max(figures.margin_high, recipe.margin, 1e-6)
  const step = 10 ** Math.floor(Math.log10(end / SLIDER_STEPS))
  return (
    <>
      <p className={styles.hint}>{t('recipes.decide')}</p>
      <div className={styles.margin}>
        <label htmlFor="margin">{t('recipes.margin')}</label>
        <Slider
          min={0}
          max={Math.ceil(end / step) * step}
          step={step}
          value={margin}
          onChange={onChange}
          tooltip={{ formatter: (value) => format.measure(value) }}
          ariaLabelForHandle={t('recipes.margin')}
          className={styles.slider}
        />
        <InputNumber
          id="margin"
          min={0}
          step={step}
          value={margin}
          onChange={(value) => value !== null && onChange(value)}
          data-testid="margin"
        />
        <Button
          type="primary"
          disabled={figures.counts.kept === 0}
          loading={confirm.isPending}
          onClick={() => confirm.mutate(margin)}
          data-testid="margin-confirm"
        >
          {t('recipes.confirm')}
        </Button>
      </div>
      {figures.counts.kept === 0 && <p role="status" data-testid="nothing-kept">{t('recipes.nothingKept')}</p>}
      <Failure error={confirm.error} />
    </>
  )
}

const GROUPS = ['longer', 'shorter', 'equal'] as const

/** Pairs by whether the chosen response is the longer one, before and after the lengths are levelled. */
function Groups({ figures }: { figures: Preview }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { before, after } = figures
  const option = useMemo(
    () =>
      barOption({
        names: [t('recipes.beforeDebias'), t('recipes.afterDebias')],
        series: GROUPS.map((group) => ({ name: t(`lineage.groups.${group}`), values: [before[group], after[group]] })),
        format: format.integer,
      }),
    [before, after, t, format],
  )
  const label = t('recipes.groupsLabel', {
    before: GROUPS.map((group) => format.integer(before[group])).join(' / '),
    after: GROUPS.map((group) => format.integer(after[group])).join(' / '),
  })
  return (
    <figure className={styles.groups} data-testid="length-groups" data-after={`${after.longer} ${after.shorter}`}>
      <figcaption>{t('recipes.groups')}</figcaption>
      <Chart option={option} label={label} height={200} />
      <p className={styles.hint}>{t('recipes.prompts', { value: format.integer(figures.n_prompts) })}</p>
    </figure>
  )
}
