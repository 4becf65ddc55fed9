import { useApplyFilters, type FilterReport, type FilterRunDetail, type FlagCode } from '@/api/filters'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { useFormat } from '@/lib/format'
import { Button, Checkbox, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './filters.module.css'

interface Props {
  project: number
  run: FilterRunDetail
  report: FilterReport
  manages: boolean
}

/** Each flag with how many it was found on and examples, and the choice of those that are to take effect. */
export function ApplyFlags({ project, run, report, manages }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const found = report.flags.filter(({ n }) => n > 0)
  const [chosen, setChosen] = useState<readonly FlagCode[]>(() => found.map(({ code }) => code))
  const apply = useApplyFilters(run.id)
  const open = manages && run.state === 'checked'
  const toggle = (code: FlagCode) =>
    setChosen(chosen.includes(code) ? chosen.filter((one) => one !== code) : [...chosen, code])
  return (
    <Section
      title={t('filters.flags')}
      actions={
        open && (
          <Popconfirm
            title={t('filters.applySure')}
            okText={t('filters.apply')}
            onConfirm={() => apply.mutate([...chosen])}
          >
            <Button type="primary" disabled={chosen.length === 0} loading={apply.isPending} data-testid="filter-apply">
              {t('filters.apply')}
            </Button>
          </Popconfirm>
        )
      }
      testid="filter-flags"
    >
      {open && <p className={styles.hint}>{t('filters.applyHint')}</p>}
      <Failure error={apply.error} />
      {found.length === 0 && <p>{t('filters.nothing')}</p>}
      {found.map(({ code, n, examples }) => (
        <div key={code} className={styles.flag} data-testid={`flag-${code}`}>
          <div className={styles.flagHead}>
            {open ? (
              <Checkbox checked={chosen.includes(code)} onChange={() => toggle(code)} data-testid={`choose-${code}`}>
                {t(`filters.code.${code}`)}
              </Checkbox>
            ) : (
              <strong>{t(`filters.code.${code}`)}</strong>
            )}
            <Link to={`/p/${project}/filters?code=${code}`}>{t('filters.found', { n: format.integer(n) })}</Link>
            {run.codes.includes(code) && <small className={styles.applied}>{t('filters.chosen')}</small>}
          </div>
          <ul className={styles.examples}>
            {examples.map((example) => (
              <li key={example.response}>
                <Example text={example.text} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Section>
  )
}

/** The beginning of a text, on at most two lines. */
function Example({ text }: { text: string }) {
  return <span className={styles.example}>{text}</span>
}
