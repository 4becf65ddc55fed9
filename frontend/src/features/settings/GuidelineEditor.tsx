import { guidelineQuery, type Guideline } from '@/api/guidelines'
import { useSaveGuideline, type Category } from '@/api/projects'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { ResponseText } from '@/components/ResponseText'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './settings.module.css'

interface Props {
  project: number
  category: Category
  /** The unsaved text, if there is one */
  draft: string | undefined
  onDraft: (text: string | undefined) => void
}

/** Markdown on the left, what annotators will see on the right. Saving adds a version; old ones stay on record. */
export function GuidelineEditor({ category, ...props }: Props) {
  const query = useQuery(guidelineQuery(category.id))
  return <QueryView query={query}>{(saved) => <Editor category={category} saved={saved} {...props} />}</QueryView>
}

function Editor({ project, category, saved, draft, onDraft }: Props & { saved: Guideline }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const save = useSaveGuideline(project, category.id)
  const text = draft ?? saved.text
  const send = () =>
    save.mutate(text, {
      onSuccess: ({ version }) => {
        onDraft(undefined)
        void message.success(t('settings.guidelineSaved', { version }))
      },
    })
  const from = saved.inherited_from
  return (
    <Section
      title={category.path.join(' / ')}
      testid="guideline-editor"
      actions={
        <>
          <span data-testid="guideline-version">
            {saved.version === null ? t('settings.noGuideline') : t('settings.version', { version: saved.version })}
          </span>
          <Button disabled={draft === undefined} onClick={() => onDraft(undefined)}>
            {t('settings.revert')}
          </Button>
          <Button
            type="primary"
            disabled={draft === undefined || draft.trim() === '' || draft === saved.text}
            loading={save.isPending}
            onClick={send}
            data-testid="guideline-save"
          >
            {t('settings.saveVersion')}
          </Button>
        </>
      }
    >
      {from && <p>{t('settings.inherited', { from: Array.isArray(from) ? from.join(' / ') : from })}</p>}
      <Failure error={save.error} kept={t('settings.formKept')} />
      <div className={styles.editor}>
        <Input.TextArea
          value={text}
          maxLength={200_000}
          placeholder={t('settings.guidelineHint')}
          aria-label={t('settings.guidelineText')}
          onChange={(event) => onDraft(event.target.value)}
          className={styles.source}
          data-testid="guideline-text"
        />
        <div className={styles.preview} data-testid="guideline-preview">
          <ResponseText text={text} />
        </div>
      </div>
    </Section>
  )
}
