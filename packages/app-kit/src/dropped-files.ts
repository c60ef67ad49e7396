/** Browser only: files out of a drop, folders within folders included. */

/** A file with the folders it lies in. */
export interface NamedFile {
  file: File;
  name: string;
}

/** What operating systems put into folders by themselves. */
const unwanted = /(?:^|\/)(?:\.|Thumbs\.db$|desktop\.ini$|__MACOSX\/)/i;

async function readFolder(folder: FileSystemDirectoryEntry): Promise<NamedFile[]> {
  const reader = folder.createReader();
  const files: NamedFile[] = [];
  for (;;) {
    // A browser gives at most 100 entries at a time, and an empty list at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const entry of entries) files.push(...(await readEntry(entry)));
  }
}

async function readEntry(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (entry.isDirectory) return await readFolder(entry as FileSystemDirectoryEntry);
  const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
  return [{ file, name: entry.fullPath.replace(/^\//, "") }];
}

/** Every file of a drop. */
export async function readDropped(transfer: DataTransfer): Promise<NamedFile[]> {
  // Entries must be taken before anything is awaited: the list is emptied after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found = entries.length > 0 ? (await Promise.all(entries.map(readEntry))).flat() : readChosen(transfer.files);
  return found.filter(({ name }) => !unwanted.test(name));
}

/** Every file of an input, of a folder's included. */
export function readChosen(files: FileList | null): NamedFile[] {
  return [...(files ?? [])]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter(({ name }) => !unwanted.test(name));
}
