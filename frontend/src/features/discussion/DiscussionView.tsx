import type { Discussion } from '@/api/discussions'
import { Failure } from '@/components/Failure'
import { Remarks } from '@/components/marks/Remarks'
import { useRemarks } from '@/components/marks/useRemarks'
import { ResponseText } from '@/components/ResponseText'
import { useKeyCommands } from '@/lib/keyCommands'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Closed } from './Closed'
import { Differences } from './Differences'
import { DiscussionHead } from './DiscussionHead'
import { EscalateDialog } from './EscalateDialog'
import { GuidelineAside } from './GuidelineAside'
import { PairTexts } from './PairTexts'
import { Thread } from './Thread'
import { ownPass } from './agreeing'
import styles from './discussion.module.css'
import { commandFor, type Command } from './keys'
import { useDiscussionWork } from './useDiscussionWork'
import { useWriting } from './useWriting'

/** The discussion's page: texts and differences on the left, what is said about them on the right. */
export function DiscussionView({ stored }: { stored: Discussion }) {
  const { t } = useTranslation()
  useRequiredProjectId(stored.project)
  const work = useDiscussionWork(stored)
  const { discussion, focused } = work
  const { prompt, responses, open, remarks } = discussion
  const view = useRemarks(remarks, responses)
  const speaks = open && ownPass(discussion) !== undefined
  const [diff, setDiff] = useState(false)
  const [guideline, setGuideline] = useState(false)
  const [escalating, setEscalating] = useState(false)
  const composer = useRef<HTMLTextAreaElement>(null)
  const writing = useWriting(prompt.id, focused?.row)
  const position = (response: number) => responses.findIndex(({ id }) => id === response)

  const run = (command: Command) => {
    switch (command.name) {
      case 'move':
        return work.move(command.step)
      case 'take':
        return work.take()
      case 'keep':
        return work.keep()
      case 'verdict':
        return work.settle(command.verdict)
      case 'discard':
        return work.toggleDiscard()
      case 'diff':
        return setDiff(!diff)
      case 'guideline':
        return setGuideline(!guideline)
      case 'write':
        return composer.current?.focus()
      case 'send':
        if (document.activeElement !== composer.current) return false
        writing.send()
        // Back to the differences: the keys work again at once.
        return composer.current?.blur()
      case 'escalate':
        return speaks && setEscalating(true)
      case 'close':
        return setGuideline(false)
    }
  }
  // A command that has no use here must not keep the press from the browser.
  useKeyCommands(commandFor, (command) => run(command) !== false)

  return (
    <article className={styles.page} data-testid={`discussion-page-${prompt.id}`}>
      <DiscussionHead
        discussion={discussion}
        guideline={guideline}
        onGuideline={() => setGuideline(!guideline)}
        onEscalate={speaks ? () => setEscalating(true) : undefined}
      />
      {!open && <Closed discussion={discussion} />}
      <div className={styles.columns}>
        <div className={styles.main}>
          <div className={styles.reading}>
            <details className={styles.prompt} open>
              <summary>{t('discussion.prompt')}</summary>
              {prompt.system && <div className={styles.system}>{prompt.system}</div>}
              <ResponseText text={prompt.text} />
            </details>
            <PairTexts discussion={discussion} item={focused} diff={diff} onDiff={setDiff} view={view} position={position} />
          </div>
          <div className={styles.panel}>
            <Differences work={work} position={position} />
            <Remarks remarks={remarks} kinds={discussion.fault_kinds} view={view} position={position} />
            <Failure error={work.error} kept={t('discussion.kept')} />
          </div>
        </div>
        <aside className={styles.side}>
          {guideline && <GuidelineAside discussion={discussion} onClose={() => setGuideline(false)} />}
          <Thread
            discussion={discussion}
            focused={focused?.row}
            position={position}
            composer={composer}
            writing={speaks ? writing : null}
            onFocus={work.setFocus}
          />
        </aside>
      </div>
      {escalating && <EscalateDialog prompt={prompt.id} onClose={() => setEscalating(false)} />}
    </article>
  )
}
