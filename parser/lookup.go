package parser

import "sort"

// BlockAt returns the block that holds offset; an offset outside the file
// belongs to the nearest block. It is nil only for a File that Parse did not
// make.
func (f *File) BlockAt(offset int) *Block {
	if len(f.Blocks) == 0 {
		return nil
	}
	i := sort.Search(len(f.Blocks), func(i int) bool { return f.Blocks[i].Span.Start > offset })
	return f.Blocks[max(i-1, 0)]
}

// ItemAt returns the item that holds offset, and false if the block is empty.
// At the end of the file it is the last item.
func (b *Block) ItemAt(offset int) (Item, bool) {
	if len(b.Items) == 0 {
		return Item{}, false
	}
	i := sort.Search(len(b.Items), func(i int) bool { return b.Items[i].Span.Start > offset })
	return b.Items[max(i-1, 0)], true
}
