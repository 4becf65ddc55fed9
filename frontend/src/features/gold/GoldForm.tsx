import { useCreateGold } from '@/api/gold'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { StateTag } from '@/components/StateTag'
import { Tiers } from '@/components/Tiers'
import { PromptBox } from '@/components/compare/PromptBox'
import { useKeyCommands } from '@/lib/keyCommands'
import { Alert, App, Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TierColumns } from './TierColumns'
import styles from './gold.module.css'
import { numbersOf, orderOf, tierCommand, type TierCommand, type TierNumbers } from './tiers'
import type { GoldPrompt } from './useGoldPrompt'

const NONE: TierNumbers = {}

interface Props {
  project: number
  found: GoldPrompt
  onOther: () => void
  onDone: () => void
}

/** The right order of a prompt's responses, put together by digits, why it is right, and what it shall be used for. */
export function GoldForm({ project, found, onOther, onDone }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { prompt } = found
  const responses = found.responses.filter(({ discarded }) => !discarded)
  const ids = responses.map(({ id }) => id)
  // The teams have settled an accepted prompt's order already; it stands here to be checked.
  const ranked = prompt.state === 'accepted'
  const [numbers, setNumbers] = useState(ranked ? numbersOf(found.graph.tiers) : NONE)
  const [focus, setFocus] = useState(0)
  const [reason, setReason] = useState('')
  const [uses, setUses] = useState({ hidden: true, in_exam: true })
  const create = useCreateGold(project)
  const order = orderOf(ids, numbers)
  const eligible = ranked || prompt.state === 'annotating'
  const ready = eligible && order !== null && reason.trim() !== ''
  const put = (index: number, tier: number) => {
    const id = ids[index]
    if (id === undefined) return
    setNumbers((before) => ({ ...before, [id]: tier }))
    setFocus(Math.min(index + 1, ids.length - 1))
  }
  const submit = () => {
    if (!ready || create.isPending) return
    create.mutate(
      { prompt: prompt.id, order, reason, ...uses },
      {
        onSuccess: ({ created }) => {
          void message.success(t('gold.created', { count: created }))
          onDone()
        },
      },
    )
  }
  useKeyCommands(tierCommand, (command: TierCommand) => {
    if (command === 'submit') submit()
    else if (command === 'next') setFocus((now) => Math.min(now + 1, ids.length - 1))
    else if (command === 'previous') setFocus((now) => Math.max(now - 1, 0))
    else if (command.tier > ids.length) return false
    else put(focus, command.tier)
  })
  return (
    <>
      <Section
        title={`#${prompt.number} · ${prompt.category.path.join(' / ')}`}
        actions={
          <>
            <StateTag machine="prompt" state={prompt.state} />
            <Button size="small" onClick={onOther}>
              {t('gold.pick.other')}
            </Button>
          </>
        }
      >
        <PromptBox text={prompt.text} system={prompt.system} />
        <p className={styles.hint}>{t('gold.tierHint', { most: ids.length })}</p>
        {ranked && <p className={styles.hint}>{t('gold.ranked')}</p>}
        {!eligible && <Alert type="warning" showIcon title={t('gold.notEligible')} className={styles.warning} />}
        <TierColumns responses={responses} numbers={numbers} focus={focus} onFocus={setFocus} onTier={put} />
      </Section>
      <Section title={t('gold.result')}>
        <p data-testid="gold-order">
          {order ? <Tiers tiers={order} position={(id) => found.responses.findIndex((row) => row.id === id)} /> : t('gold.open')}
        </p>
        <Input.TextArea
          autoSize={{ minRows: 3, maxRows: 12 }}
          maxLength={5000}
          value={reason}
          placeholder={t('gold.reasonHint')}
          aria-label={t('gold.column.reason')}
          onChange={(event) => setReason(event.target.value)}
          data-testid="gold-reason"
        />
        <div className={styles.uses}>
          {(['hidden', 'in_exam'] as const).map((name) => (
            <Checkbox
              key={name}
              checked={uses[name]}
              onChange={(event) => setUses((before) => ({ ...before, [name]: event.target.checked }))}
              data-testid={`gold-use-${name}`}
            >
              {t(`gold.column.${name}`)} <small>{t(`gold.about.${name}`)}</small>
            </Checkbox>
          ))}
        </div>
        <Failure error={create.error} kept={t('gold.kept')} />
        <Button type="primary" disabled={!ready} loading={create.isPending} onClick={submit} data-testid="gold-create">
          {t('gold.create')}
        </Button>
      </Section>
    </>
  )
}
