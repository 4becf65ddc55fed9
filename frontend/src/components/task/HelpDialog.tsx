import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { HELP } from './commands'
import styles from './task.module.css'

/** Every key there is, and the way of one task in four lines. */
export default function HelpDialog({ skippable, onClose }: { skippable: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal open title={t('task.help.title')} footer={null} onCancel={onClose} width={600}>
      <p className={styles.helpText}>{t('task.help.flow')}</p>
      <dl className={styles.keys} data-testid="help">
        {HELP.filter(([, label]) => skippable || label !== 'skip').map(([keys, label]) => (
          <div key={label}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`task.help.${label}`)}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.quiet}>{t('task.help.note')}</p>
    </Modal>
  )
}
