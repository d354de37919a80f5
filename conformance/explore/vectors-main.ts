/** `npm run vectors`. */
import { writeVectors } from './vectors.ts';

for (const file of writeVectors()) process.stdout.write(`${file}\n`);
