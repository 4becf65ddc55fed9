import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { KEY, MOST_KEY, MOST_NAME } from './marking'
import styles from './settings.module.css'

interface Props {
  index: number
  last: number
  /** What the kind is called, for the labels of its buttons */
  called: string
  onMove: (step: number) => void
  onRemove: () => void
}

/** One kind of fault: what is stored, what it is called in both languages, and where it stands. */
export function KindRow({ index, last, called, onMove, onRemove }: Props) {
  const { t } = useTranslation()
  const needed = { required: true, whitespace: true, message: t('settings.needed') }
  const badKey = { pattern: KEY, message: t('settings.kinds.badKey') }
  return (
    <>
      <span className={styles.moves} data-moves>
        <Button
          size="small"
          aria-label={t('settings.kinds.up', { name: called })}
          aria-disabled={index === 0}
          onClick={() => onMove(-1)}
          data-testid={`kind-up-${index}`}
        >
          ↑
        </Button>
        <Button
          size="small"
          aria-label={t('settings.kinds.down', { name: called })}
          aria-disabled={index === last}
          onClick={() => onMove(1)}
          data-testid={`kind-down-${index}`}
        >
          ↓
        </Button>
      </span>
      <Form.Item name={[index, 'zh']} label={t('settings.kinds.zh')} rules={[needed]}>
        <Input maxLength={MOST_NAME} data-testid={`kind-zh-${index}`} />
      </Form.Item>
      <Form.Item name={[index, 'en']} label={t('settings.kinds.en')} rules={[needed]}>
        <Input maxLength={MOST_NAME} data-testid={`kind-en-${index}`} />
      </Form.Item>
      <Form.Item name={[index, 'key']} label={t('settings.kinds.key')} rules={[needed, badKey]}>
        <Input maxLength={MOST_KEY} spellCheck={false} data-testid={`kind-key-${index}`} />
      </Form.Item>
      <Button
        type="link"
        danger
        size="small"
        className={styles.removeKind}
        aria-label={t('settings.kinds.removeOf', { name: called })}
        onClick={onRemove}
        data-testid={`kind-remove-${index}`}
      >
        {t('settings.kinds.remove')}
      </Button>
    </>
  )
}
