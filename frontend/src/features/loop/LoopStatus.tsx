import { usePauseLoop, useRunLoopNow, type Loop } from '@/api/loop'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { Button, Progress, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './loop.module.css'

interface Props {
  project: number
  loop: Loop
  onEdit: () => void
}

/** When the next round begins, and the switch that keeps it from beginning. */
export function LoopStatus({ project, loop, onEdit }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const pause = usePauseLoop(project)
  const run = useRunLoopNow(project)
  const { rule, open } = loop
  if (!rule) return null
  const paused = rule.paused_at !== null
  const filters = [
    rule.filters.categories?.length ? t('loop.someCategories', { count: rule.filters.categories.length }) : '',
    rule.filters.sources?.length ? t('loop.someSources', { names: rule.filters.sources.join('、') }) : '',
  ].filter(Boolean)
  return (
    <Section
      title={t('loop.status')}
      testid="loop-status"
      actions={
        <>
          <label className={styles.switch}>
            <Switch
              size="small"
              checked={!paused}
              loading={pause.isPending}
              onChange={(on) => pause.mutate(!on)}
              aria-label={t('loop.switch')}
              data-testid="loop-switch"
            />
            {t(paused ? 'loop.paused' : 'loop.running')}
          </label>
          <Button disabled={paused || open !== null} loading={run.isPending} onClick={() => run.mutate()} data-testid="loop-run-now">
            {t('loop.runNow')}
          </Button>
          <Button onClick={onEdit} data-testid="loop-edit">
            {t('loop.edit')}
          </Button>
        </>
      }
    >
      <p className={styles.next} data-testid="loop-next">
        <Next loop={loop} />
      </p>
      {rule.trigger === 'every_n' && (
        <Progress
          percent={Math.min(100, Math.floor((loop.n_new / rule.n) * 100))}
          format={() => `${format.integer(loop.n_new)} / ${format.integer(rule.n)}`}
          aria-label={t('loop.progress')}
          size="small"
          style={{ maxWidth: 480 }}
        />
      )}
      <p className={styles.hint}>
        {t('loop.does', { set: rule.set_name, base: rule.base, share: format.percent(rule.benchmark_share) })}
        {filters.length > 0 && ` ${filters.join('，')}`} {t('loop.guard')}
      </p>
      <Failure error={pause.error ?? run.error} />
    </Section>
  )
}

/** When the next round begins, in a sentence. */
function Next({ loop }: { loop: Loop }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { rule, open } = loop
  if (!rule) return null
  const counted = { n: format.integer(loop.n_new), needed: format.integer(rule.n) }
  if (rule.paused_at !== null) {
    const by = { at: format.dateTime(rule.paused_at), by: rule.paused_by ?? '' }
    return t(open ? 'loop.next.pausedOpen' : 'loop.next.paused', by)
  }
  if (rule.trigger === 'every_n') return t(open ? 'loop.next.everyOpen' : 'loop.next.every', counted)
  const at = { ...counted, at: format.dateTime(loop.next_at), hour: rule.hour, zone: loop.time_zone }
  return t('loop.next.nightly', at)
}
