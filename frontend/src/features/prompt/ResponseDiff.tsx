import type { PromptResponse } from '@/api/prompts'
import { LetterBadge } from '@/components/LetterBadge'
import { Section } from '@/components/Page'
import { TextDiff } from '@/components/TextDiff'
import { useFormat } from '@/lib/format'
import { diffTexts, sharedShare } from '@/lib/textDiff'
import { useFilters } from '@/lib/useFilters'
import { Button, Segmented } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './prompt.module.css'

/** Any two responses beside each other, with what only one of them says marked. */
export function ResponseDiff({ responses }: { responses: readonly PromptResponse[] }) {
  const { t } = useTranslation()
  const [filters, setFilters] = useFilters('a', 'b')
  const [first, second] = responses
  if (!first || !second) return null
  const named = (label: string | null) => responses.find((response) => response.label === label)
  const open = filters.a !== null || filters.b !== null
  const [a, b] = [named(filters.a) ?? first, named(filters.b) ?? second]
  const choice = (name: 'a' | 'b', value: string) => (
    <Segmented
      size="small"
      value={value}
      options={responses.map(({ label }) => label)}
      onChange={(label) => setFilters({ a: a.label, b: b.label, [name]: label })}
      data-testid={`diff-${name}`}
    />
  )
  return (
    <Section
      title={t('prompt.diff')}
      testid="prompt-diff"
      actions={
        <Button
          size="small"
          aria-pressed={open}
          onClick={() => setFilters(open ? { a: null, b: null } : { a: a.label, b: b.label })}
          data-testid="diff-toggle"
        >
          {t(open ? 'prompt.closeDiff' : 'prompt.openDiff')}
        </Button>
      }
    >
      {open && (
        <>
          <div className={styles.diffChoice}>
            {choice('a', a.label)} – {choice('b', b.label)}
          </div>
          <Sides a={a} b={b} responses={responses} />
        </>
      )}
    </Section>
  )
}

function Sides({ a, b, responses }: { a: PromptResponse; b: PromptResponse; responses: readonly PromptResponse[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const parts = useMemo(() => diffTexts(a.text, b.text), [a.text, b.text])
  return (
    <>
      <p>{t('prompt.shared', { share: format.percent(sharedShare(parts)) })}</p>
      <div className={styles.diff}>
        {([['a', a], ['b', b]] as const).map(([side, response]) => (
          <div key={side}>
            <LetterBadge index={responses.indexOf(response)} />
            <TextDiff parts={parts} side={side} />
          </div>
        ))}
      </div>
    </>
  )
}
