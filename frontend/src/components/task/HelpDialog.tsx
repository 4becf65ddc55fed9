import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { HELP } from './commands'
import styles from './panels.module.css'

interface Props {
  /** Keys that mean nothing here, by their names in HELP */
  without: readonly string[]
  onClose: () => void
}

/** Every key there is by what it is for, and the way of one task in three lines. */
export default function HelpDialog({ without, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Modal open centered title={t('task.help.title')} footer={null} onCancel={onClose} width="min(1120px, 94vw)">
      <p className={styles.helpText}>{t('task.help.flow')}</p>
      <div className={styles.help} data-testid="help">
        {HELP.map(([group, rows]) => (
          <section key={group} className={styles.helpGroup} aria-label={t(`task.help.group.${group}`)}>
            <h2>{t(`task.help.group.${group}`)}</h2>
            <dl>
              {rows.filter(([, label]) => !without.includes(label)).map(([keys, label]) => (
                <Keys key={label} keys={keys} label={t(`task.help.${label}`)} />
              ))}
            </dl>
          </section>
        ))}
      </div>
      {!without.includes('fault') && (
        <p className={styles.quiet}>
          {t('marking.caret.help')} {t('marking.caret.keys')}
        </p>
      )}
      <p className={styles.quiet}>{t('task.help.note')}</p>
    </Modal>
  )
}

function Keys({ keys, label }: { keys: readonly string[]; label: string }) {
  return (
    <>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{label}</dd>
    </>
  )
}
