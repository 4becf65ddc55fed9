import { FLAG_CODES, FLAG_STATES, flagsQuery, useConfirmFlag, type Flag } from '@/api/filters'
import { EmptyState } from '@/components/EmptyState'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useKeyCommands } from '@/lib/keyCommands'
import { useFilters } from '@/lib/useFilters'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Select, type TableColumnsType } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { OverruleDialog } from './OverruleDialog'
import styles from './filters.module.css'
import { after, flagCommand, moved } from './keys'
import { useFlagFigures } from './useFlagFigures'

/** Every flagged response with the figures of its flag; a person overrules what is fine, and confirms what went to QA. */
export function FlagList({ project, seesPrompts }: { project: number; seesPrompts: boolean }) {
  const { t } = useTranslation()
  const [address, setAddress] = useFilters('state', 'code')
  const state = FLAG_STATES.find((one) => one === address.state)
  const code = FLAG_CODES.find((one) => one === address.code)
  const flags = useInfiniteQuery(flagsQuery(project, { state, code }))
  const [overruling, setOverruling] = useState<Flag | null>(null)
  const [focus, setFocus] = useState<number | null>(null)
  const confirm = useConfirmFlag(project)
  const referred = flags.data?.pages.flatMap((page) => page.results).filter((flag) => flag.state === 'referred') ?? []
  const ids = referred.map(({ id }) => id)
  const focused = referred.find(({ id }) => id === focus)
  // What leaves the list without having been in it leaves the focus where it is.
  const goOn = ({ id }: Flag) => ids.includes(id) && setFocus(after(ids, id))
  const confirmFlag = (flag: Flag) => {
    if (confirm.isPending) return
    confirm.mutate(flag.id, { onSuccess: () => goOn(flag) })
  }
  useEffect(() => {
    if (focus !== null) document.querySelector(`[data-row-key="${focus}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [focus])
  useKeyCommands(flagCommand, (command) => {
    if (command === 'next') setFocus(moved(ids, focus, 1))
    else if (command === 'previous') setFocus(moved(ids, focus, -1))
    else if (focused && command === 'confirm') confirmFlag(focused)
    else if (focused && command === 'overrule') setOverruling(focused)
  })
  return (
    <Section title={t('filters.flagged')} testid="flags-section">
      {ids.length > 0 && (
        <p className={styles.hint}>
          {t('filters.confirmHint')} {t('filters.keys')}
        </p>
      )}
      <Failure error={confirm.error} />
      <div className={styles.filters}>
        <Select
          allowClear
          value={state}
          options={FLAG_STATES.map((value) => ({ value, label: t(`states.flag.${value}`) }))}
          placeholder={t('filters.state')}
          aria-label={t('filters.state')}
          onChange={(value?: string) => setAddress({ state: value ?? null })}
          style={{ minWidth: 160 }}
          data-testid="flag-state"
        />
        <Select
          allowClear
          value={code}
          options={FLAG_CODES.map((value) => ({ value, label: t(`filters.code.${value}`) }))}
          placeholder={t('filters.flags')}
          aria-label={t('filters.flags')}
          onChange={(value?: string) => setAddress({ code: value ?? null })}
          style={{ minWidth: 160 }}
          data-testid="flag-code"
        />
      </div>
      <PagedTable
        query={flags}
        columns={useColumns(seesPrompts, setOverruling, confirmFlag)}
        rowClassName={({ id }) => (id === focus ? (styles.focused ?? '') : '')}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('filters.noFlags.title')} hint={t('filters.noFlags.hint')} />}
        testid="flags"
      />
      {overruling && (
        <OverruleDialog
          project={project}
          flag={overruling}
          onDone={() => goOn(overruling)}
          onClose={() => setOverruling(null)}
        />
      )}
    </Section>
  )
}

function useColumns(
  seesPrompts: boolean,
  onOverrule: (flag: Flag) => void,
  onConfirm: (flag: Flag) => void,
): TableColumnsType<Flag> {
  const { t } = useTranslation()
  const format = useFormat()
  const figures = useFlagFigures()
  return [
    { title: t('filters.flags'), width: 130, render: (_, flag) => t(`filters.code.${flag.code}`) },
    { title: t('filters.figures'), width: 210, render: (_, flag) => figures(flag) },
    {
      title: t('filters.response'),
      render: (_, flag) => (
        <details className={styles.text}>
          <summary>{flag.text.slice(0, 60)}</summary>
          {flag.text}
          {flag.chars > flag.text.length && <em> {t('filters.cut', { n: format.integer(flag.chars) })}</em>}
        </details>
      ),
    },
    { title: t('list.category'), width: 130, render: (_, flag) => flag.category.path.join(' / ') },
    {
      title: t('filters.prompt'),
      width: 80,
      align: 'right',
      render: (_, flag) => (seesPrompts ? <Link to={`/prompts/${flag.prompt}`}>#{flag.prompt}</Link> : `#${flag.prompt}`),
    },
    {
      title: t('filters.state'),
      width: 120,
      render: (_, flag) => (
        <>
          <StateTag machine="flag" state={flag.state} />
          {flag.reason && <div className={styles.hint}>{flag.reason}</div>}
        </>
      ),
    },
    {
      title: t('list.actions'),
      width: 150,
      render: (_, flag) => (
        <span className={styles.actions}>
          {flag.state === 'referred' && (
            <Button size="small" onClick={() => onConfirm(flag)} data-testid={`confirm-${flag.id}`}>
              {t('filters.confirm')}
            </Button>
          )}
          {flag.state !== 'overruled' && (
            <Button size="small" onClick={() => onOverrule(flag)} data-testid={`overrule-${flag.id}`}>
              {t('filters.overrule')}
            </Button>
          )}
        </span>
      ),
    },
  ]
}
