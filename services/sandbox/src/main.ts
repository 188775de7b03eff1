import { runService } from '@headwater/service-kit';
import { definition } from './definition';

void runService(definition);
