import type { JudgeReport as Report, Share } from '@/api/judging'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { NONE, useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import styles from './judges.module.css'

/** How good a judge is: agreement with people, and the faults that judges are known for, with intervals. */
export function JudgeReport({ report, threshold }: { report: Report; threshold: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { agreement } = report
  const kappa = agreement?.kappa_interval
  return (
    <Section title={t('judges.report')} testid="judge-report">
      <Figures>
        {agreement && (
          <>
            <ShareFigure name="same" share={agreement.same} hint={{ threshold: format.percent(threshold) }} />
            <ShareFigure name="ordered" share={agreement.ordered} />
            <Figure
              label={t('judges.figures.kappa')}
              hint={t('judges.figureHints.kappa')}
              value={
                <>
                  {format.score(agreement.kappa)}
                  <small className={styles.interval}>
                    {kappa ? `${format.score(kappa.low)}–${format.score(kappa.high)}` : NONE}
                  </small>
                </>
              }
              testid="figure-kappa"
            />
          </>
        )}
        {(['first', 'consistent', 'conflicts', 'equal', 'unreadable'] as const).map((name) => (
          <ShareFigure key={name} name={name} share={report[name]} />
        ))}
      </Figures>
      {!agreement && <p>{t('judges.noAgreement')}</p>}
    </Section>
  )
}

interface ShareProps {
  name: 'same' | 'ordered' | 'first' | 'consistent' | 'conflicts' | 'equal' | 'unreadable'
  share: Share
  hint?: Record<string, string>
}

function ShareFigure({ name, share, hint }: ShareProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { low, high } = share.interval ?? {}
  return (
    <Figure
      label={t(`judges.figures.${name}`)}
      hint={t(`judges.figureHints.${name}`, hint)}
      value={
        <>
          {format.percent(share.value)}
          <small className={styles.interval}>
            {share.interval ? `${format.percent(low)}–${format.percent(high)}` : NONE} · n={format.integer(share.n)}
          </small>
        </>
      }
      testid={`figure-${name}`}
    />
  )
}
