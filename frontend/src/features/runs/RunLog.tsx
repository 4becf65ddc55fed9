import { logQuery } from '@/api/runs'
import { Section } from '@/components/Page'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './runs.module.css'

/** The end of the log; it stays at the last line for as long as the reader does. */
export function RunLog({ run, active }: { run: number; active: boolean }) {
  const { t } = useTranslation()
  const text = useQuery(logQuery(run, active)).data?.text ?? ''
  const place = useRef<HTMLPreElement>(null)
  const following = useRef(true)
  useEffect(() => {
    if (place.current && following.current) place.current.scrollTop = place.current.scrollHeight
  }, [text])
  return (
    <Section title={t('runs.log')}>
      <pre
        ref={place}
        className={styles.log}
        tabIndex={0}
        onScroll={({ currentTarget: box }) => {
          following.current = box.scrollHeight - box.scrollTop - box.clientHeight < 24
        }}
        data-testid="run-log"
      >
        {text || t('runs.noLog')}
      </pre>
    </Section>
  )
}
