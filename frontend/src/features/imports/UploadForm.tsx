import { useStartImport } from '@/api/imports'
import { Failure } from '@/components/Failure'
import { Section } from '@/components/Page'
import { Checkbox, Select, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import styles from './imports.module.css'

const ACCEPTED = '.jsonl,.json,.csv,.parquet,.gz,.zst'

/** Takes a file in. It is only checked at first; nothing is written before somebody commits. */
export function UploadForm({ project }: { project: number }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const start = useStartImport(project)
  const [keepGood, setKeepGood] = useState(false)
  const [humanSources, setHumanSources] = useState<string[]>([])
  const upload = (file: File) =>
    start.mutate({ file, keepGood, humanSources }, { onSuccess: (job) => void navigate(`/imports/${job.id}`) })
  return (
    <Section title={t('imports.upload')} testid="upload">
      <div className={styles.options}>
        <Checkbox checked={keepGood} onChange={(event) => setKeepGood(event.target.checked)} data-testid="keep-good">
          {t('imports.keepGood')}
        </Checkbox>
        <label className={styles.sources}>
          {t('imports.humanSources')}
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            tokenSeparators={[',', '，']}
            value={humanSources}
            placeholder={t('imports.humanSourcesHint')}
            onChange={setHumanSources}
            data-testid="human-sources"
          />
        </label>
      </div>
      <Upload.Dragger
        accept={ACCEPTED}
        multiple={false}
        showUploadList={false}
        disabled={start.isPending}
        beforeUpload={(file) => {
          upload(file)
          return false
        }}
      >
        <p className={styles.drop}>{start.isPending ? t('imports.uploading') : t('imports.drop')}</p>
        <p className={styles.hint}>{t('imports.formats')}</p>
      </Upload.Dragger>
      <Failure error={start.error} kept={t('imports.uploadKept')} />
    </Section>
  )
}
