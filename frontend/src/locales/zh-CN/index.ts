import { catalogue } from '@/lib/catalogue'

export default catalogue(import.meta.glob('./*.json', { eager: true, import: 'default' }))
